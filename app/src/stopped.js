// The module of a live page has stopped for good, by a mistake of ours: without it the page would go on saying
// “Saved” under words that go nowhere. It says so, takes no more words, and leaves those it shows to be copied.
function stop({ error, reason }) {
  const html = document.documentElement
  if (!((error ?? reason) instanceof WebAssembly.RuntimeError) || 'stopped' in html.dataset) return
  html.dataset.stopped = ''
  for (const box of document.querySelectorAll('textarea, input')) box.readOnly = true
  for (const choice of document.querySelectorAll('select')) choice.disabled = true
  for (const line of document.querySelectorAll('.save-state')) {
    // Another in its place, which nothing of the module knows.
    line.replaceWith(make('p', 'save-state is-stopped is-long', 'Cannot save – do not close'))
  }
  const again = make('a', 'button primary', 'Load the page again')
  again.href = location.pathname
  const words = make('div', '',
    make('h2', '', 'This page has stopped'),
    make('p', '', 'It is our mistake, not yours. What was saved is safe. What you wrote just now may not be: copy it first, then load the page again.'),
    make('div', 'row', again))
  const news = make('section', 'at-hand', make('div', 'notice is-stop', words))
  news.role = 'alert'
  // Where the page’s own news has its place.
  const page = document.querySelector('.meeting-page, .pupil-page') ?? document.body
  page.append(news)
}

function make(name, looks, ...children) {
  const element = document.createElement(name)
  element.className = looks
  element.append(...children)
  return element
}

addEventListener('error', stop)
addEventListener('unhandledrejection', stop)
