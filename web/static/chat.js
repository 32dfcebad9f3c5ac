// Sends an answer without loading the page again; without it the form does the same.
const chat = document.getElementById('chat');
const show = () => {
  chat.querySelector('.talk li:last-child')?.scrollIntoView({ block: 'nearest' });
  chat.querySelector('#words')?.focus({ preventScroll: true });
};
// What was said stays where it is and only grows: so a screen reader tells what is new.
const follow = next => {
  const said = chat.querySelector('.talk'), now = next.querySelector('.talk');
  if (!said || !now) return chat.replaceChildren(...next.childNodes);
  said.append(...[...now.children].slice(said.children.length));
  [...chat.children].forEach(each => { if (each !== said) each.remove(); });
  chat.append(...[...next.children].filter(each => each !== now));
};
chat.addEventListener('submit', async event => {
  if (!event.target.classList.contains('answer')) return;
  event.preventDefault();
  const sent = new URLSearchParams(new FormData(event.target, event.submitter));
  chat.querySelectorAll('button').forEach(button => { button.disabled = true; });
  try {
    const answer = await fetch(event.target.action, { method: 'POST', body: sent, headers: { 'X-Chat': '1' } });
    if (!answer.ok) throw new Error(answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    document.documentElement.lang = page.documentElement.lang;
    follow(page.getElementById('chat'));
    history.replaceState(null, '', answer.headers.get('content-location') || answer.url);
    show();
  } catch {
    chat.querySelectorAll('button').forEach(button => { button.disabled = false; });
    const { name, value } = event.submitter ?? {}; // a form that a script sends has no button in it
    if (name) event.target.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }));
    event.target.submit();
  }
});
show();
