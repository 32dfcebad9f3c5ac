// What makes the console nicer; every page works without it.
const live = document.querySelector('[data-live]');
if (live) {
  const events = new EventSource(live.dataset.live), told = document.getElementById('told');
  let at = 0, waiting;
  const tell = () => {  // to those who listen: the figures in a sentence, not more often than can be followed
    const said = live.querySelector('[data-told]')?.dataset.told || '';
    if (said !== told.textContent) { told.textContent = said; at = Date.now(); }
  };
  events.onmessage = event => {
    const held = live.contains(document.activeElement) && document.activeElement.getAttribute('href');
    live.innerHTML = JSON.parse(event.data);
    if (held) live.querySelector(`[href="${CSS.escape(held)}"]`)?.focus();
    clearTimeout(waiting);
    waiting = setTimeout(tell, Math.max(0, at + 5000 - Date.now()));
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
const texts = document.querySelector('form[data-check]');
if (texts) {
  let waiting;
  const look = async () => {
    const answer = await fetch(texts.dataset.check, { method: 'POST', body: new URLSearchParams(new FormData(texts)) });
    if (!answer.ok) return;
    const wrong = await answer.json();
    texts.querySelectorAll('textarea').forEach(each => {
      const said = wrong[each.name] || '';
      each.toggleAttribute('aria-invalid', Boolean(said));
      each.parentElement.querySelector('.wrong').textContent = said;
      each.closest('label').classList.toggle('changed', each.value.trim() !== each.dataset.shipped.trim());
    });
    texts.querySelector('.whole').textContent = wrong[''] || '';
  };
  texts.addEventListener('input', () => { clearTimeout(waiting); waiting = setTimeout(look, 400); });
}
