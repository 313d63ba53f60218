// What pages do by script: small things, none of which is needed to read a page, to fill it in or to send it.
// Live text is not here: it is in the module that live pages load besides.
//
// Elements say what they are for in `data-script`. One listener hears all, so that it makes no difference when an
// element came to the page.

const root = document.documentElement
const byId = (id) => document.getElementById(id)

const pressed = {
  print: () => window.print(),
  'my-view': () => showMyView(byId('my-view').hidden),
  'my-view-close': () => closeMyView(),
  stay: () => stay(),
  'finish-now': () => finish(document.querySelector('[data-script="finish"]')),
}

// On a slow line a live page is there before its module: what is pressed until then is pressed when that has come.
let early

document.addEventListener('click', (event) => {
  pressed[event.target.closest('button[data-script]')?.dataset.script]?.()
  if (!root.dataset.hydrated) early = event.target.closest('button[type=button]')
})
new MutationObserver(() => early?.click()).observe(root, { attributeFilter: ['data-hydrated'] })
document.addEventListener('keydown', (event) => {
  // A key that is held down presses once: what comes in the button’s place may ask whether it is meant.
  if (event.repeat && event.key === 'Enter' && event.target.closest('button')) event.preventDefault()
  if (event.key !== 'Escape') return
  if (event.target.closest('#my-view')) closeMyView()
  if (event.target.closest('#finish-asks')) stay()
  if (!event.isComposing && !event.target.matches('select')) leaveSheet(event.target.closest('.sheet'))
})

// A sheet may hold a hundred boxes and buttons: from any of them back to the agenda, or where there is no room for it, to its line.
function leaveSheet(sheet) {
  if (sheet) for (const link of document.querySelectorAll(`.agenda a[href="#${sheet.id}"], .part-list summary`)) link.focus()
}

// My view: the attributes of <html> that the server draws from the cookie `view` (components::my_view).

function showMyView(shown) {
  byId('my-view').hidden = !shown
  document.querySelector('[data-script="my-view"]').setAttribute('aria-expanded', shown)
  for (const radio of myChoices()) radio.checked = (root.dataset[radio.name] ?? '') === radio.value
}

function closeMyView() {
  showMyView(false)
  // Back to where the person came from.
  document.querySelector('[data-script="my-view"]').focus()
}

function myChoices() {
  return byId('my-view').querySelectorAll('input')
}

document.addEventListener('change', ({ target }) => {
  if (!target.closest('#my-view')) return
  if (target.value) root.dataset[target.name] = target.value
  else delete root.dataset[target.name]
  const chosen = [...myChoices()].filter((radio) => radio.checked && radio.value).map((radio) => `${radio.name}:${radio.value}`)
  // A browser that keeps no cookies still shows the choice until the page is left.
  document.cookie = `view=${chosen.join('.')}; path=/; max-age=${365 * 24 * 60 * 60}; samesite=lax`
})

// A page that waits for news asks for itself again, and puts what is new in place of what stands there: the insides of
// everything in it with `data-news`. A form in it that is to be sent at once is.

const waits = document.querySelector('[data-again]')
if (waits) setInterval(lookAgain, Number(waits.dataset.again) * 1000)

async function lookAgain() {
  // Without an answer the page keeps what it knows, and asks again.
  const answer = await fetch(location.href).catch(() => undefined)
  if (!answer?.ok) return
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
  for (const there of document.querySelectorAll('[data-news]')) {
    const news = page.getElementById(there.id)
    if (news && news.innerHTML !== there.innerHTML) there.replaceChildren(...news.childNodes)
  }
  document.querySelector('form[data-at-once]')?.submit()
}

// This device: what collab::device keeps on it, as far as a page has to do with it that is not live. The names and the
// first eight bytes of an entry are the ones used there.

const DAY = 24 * 60 * 60 * 1000

// A page hears the others on it, and not itself.
const others = new BroadcastChannel('roundtable')

// The server signs out who has finished. Where it was not reached, the next page that is opened here asks it to first:
// whoever sits down next reads nothing of theirs. Without storage there is nothing to remember it by.
const [memory, tab] = (() => {
  try {
    return [localStorage, sessionStorage]
  } catch {
    return [{}, {}]
  }
})()
if (location.pathname === '/goodbye') delete memory.finished
else if (memory.finished) signOut()

function signOut() {
  root.hidden = true
  const form = document.createElement('form')
  form.method = 'post'
  form.action = '/finish'
  document.body.append(form)
  form.submit()
}

// Somebody finished, in another tab or by the module of this one.
others.onmessage = () => {
  memory.finished = 1
  if (!byId('live')) location.replace('/goodbye')
}

// Tabs say who is here now (`data-me`). Somebody else’s page is asked for again: what is pressed on it would be done in
// the wrong name. A live one does both by itself (collab::device::tabs).
const { me } = root.dataset
if (me && !byId('live')) {
  const people = new BroadcastChannel('roundtable-person')
  people.onmessage = ({ data }) => data !== me && location.replace(location.pathname + location.search)
  people.postMessage(me)
}

// A page that a browser had put aside as it was is asked for again: who read it may have finished since. A live one
// finds that out by itself.
addEventListener('pageshow', ({ persisted }) => persisted && !byId('live') && location.reload())

// On a phone one part of the meeting takes the place of another: what is shown begins at its top, also on the way back.
if (byId('sheets') && matchMedia('(max-width: 47.99rem)').matches) {
  history.scrollRestoration = 'manual'
  addEventListener('hashchange', () => document.querySelector(':target')?.scrollIntoView())
}

// What was told of a help between the meetings stands in the row that asks whether it happened.
for (const told of document.querySelectorAll('[data-told]')) {
  (byId(told.dataset.told)?.closest('li') ?? byId('h-delivery')?.parentElement)?.append(told)
}
if (byId('h-delivery')) byId('told')?.remove()

// Back does not lead to a link that lets somebody in.
document.addEventListener('submit', ({ target }) => {
  if (target.dataset.script === 'join') history.replaceState(null, '', '/')
})

// What stands beside an answer and was not sent is there again when its page is loaded anew, in this tab alone and on a
// device of one’s own.
const beside = document.querySelector('[data-beside]')
const [whose, words] = tab.beside?.split(/ ([^]*)/) ?? []
delete tab.beside
if (beside && whose === beside.dataset.beside && !beside.value) {
  beside.value = words
  beside.dispatchEvent(new Event('input', { bubbles: true }))
}
addEventListener('pagehide', () => {
  const box = document.querySelector('[data-unsent]')
  if (box && !memory.finished && /device=own/.test(document.cookie)) tab.beside = `${box.dataset.beside} ${box.value}`
})

if (!byId('live')) {
  // What waited too long goes, once the page is at rest.
  setTimeout(() => onDevice(sweep), 1000)
  document.addEventListener('submit', async (event) => {
    if (event.target.dataset.script !== 'finish') return
    event.preventDefault()
    if (await onDevice((unsent) => done(unsent.count()))) {
      byId('finish-asks').hidden = false
      byId('finish-title').focus()
    } else {
      finish(event.target)
    }
  })
}

function stay() {
  byId('finish-asks').hidden = true
  byId('finish').focus()
}

/** Removes everything that waits here, sends other tabs away, and leaves. */
async function finish(form) {
  memory.finished = 1
  others.postMessage('finished')
  await onDevice((unsent) => done(unsent.clear()))
  await new Promise((gone) => {
    const request = window.indexedDB?.deleteDatabase('roundtable')
    if (!request) return gone()
    request.onsuccess = request.onerror = request.onblocked = gone
  })
  form.submit()
}

async function sweep(unsent) {
  const [keys, values] = await Promise.all([done(unsent.getAllKeys()), done(unsent.getAll())])
  const isOld = (value) => {
    if (!(value instanceof Uint8Array) || value.length < 20) return true
    const written = new DataView(value.buffer, value.byteOffset).getFloat64(0)
    return Math.abs(Date.now() - written) >= DAY
  }
  keys.forEach((key, at) => isOld(values[at]) && unsent.delete(key))
}

/** Does something with the entries, if there are any; nothing is made where nothing is. */
async function onDevice(act) {
  let database
  try {
    const request = indexedDB.open('roundtable', 1)
    request.onupgradeneeded = () => request.transaction.abort()
    database = await done(request)
    database.onversionchange = () => database.close()
    return await act(database.transaction('unsent', 'readwrite').objectStore('unsent'))
  } catch {
    // No storage, or none of ours in it.
  } finally {
    database?.close()
  }
}

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
