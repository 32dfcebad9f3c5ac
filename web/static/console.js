// What makes the console nicer; every page works without it.
const live = document.querySelector('[data-live]');
if (live) {
  const events = new EventSource(live.dataset.live);
  events.onmessage = event => {
    const held = live.contains(document.activeElement) && document.activeElement.getAttribute('href');
    live.innerHTML = JSON.parse(event.data);
    if (held) live.querySelector(`[href="${CSS.escape(held)}"]`)?.focus();
  };
  events.addEventListener('over', () => { events.close(); location.reload(); });
}
document.addEventListener('submit', event => {
  const asked = event.submitter?.dataset.ask;
  if (asked && !confirm(asked)) event.preventDefault();
});
document.querySelectorAll('.chooser select, .chooser input').forEach(each => { each.onchange = () => each.form.submit(); });
document.querySelector('.top [aria-current]')?.scrollIntoView({ inline: 'center', block: 'nearest' });
const drop = document.querySelector('[data-drop]');
if (drop) {
  const input = drop.querySelector('input[type=file]');
  for (const kind of ['dragover', 'dragleave', 'drop']) {
    drop.addEventListener(kind, event => { event.preventDefault(); drop.classList.toggle('over', kind === 'dragover'); });
  }
  drop.addEventListener('drop', event => { input.files = event.dataTransfer.files; drop.requestSubmit(); });
}
