// Passkeys: asks our server what to ask, the browser for a key, and brings the answer back. The buttons stay hidden in
// browsers that cannot; everything else on the pages works without this.

const bytes = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0))
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')

const post = (path, body) =>
  fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body ?? {}) })

async function ask(path, body) {
  const answer = await post(path, body)
  if (answer.status === 422) throw Object.assign(new Error(path), { said: await answer.text() })
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`)
  return (await answer.json()).publicKey
}

async function signIn() {
  const publicKey = await ask('/signin/passkey/begin')
  publicKey.challenge = bytes(publicKey.challenge)
  publicKey.allowCredentials = (publicKey.allowCredentials ?? []).map((key) => ({ ...key, id: bytes(key.id) }))
  const key = await navigator.credentials.get({ publicKey })
  const { authenticatorData, clientDataJSON, signature, userHandle } = key.response
  const answer = await post('/signin/passkey', {
    id: key.id,
    rawId: text(key.rawId),
    type: key.type,
    extensions: {},
    response: {
      authenticatorData: text(authenticatorData),
      clientDataJSON: text(clientDataJSON),
      signature: text(signature),
      userHandle: userHandle ? text(userHandle) : null,
    },
  })
  location.assign(answer.ok ? '/' : '/signin?why=passkey')
}

async function add(form) {
  const publicKey = await ask('/account/passkeys/begin', Object.fromEntries(new FormData(form)))
  publicKey.challenge = bytes(publicKey.challenge)
  publicKey.user.id = bytes(publicKey.user.id)
  publicKey.excludeCredentials = (publicKey.excludeCredentials ?? []).map((key) => ({ ...key, id: bytes(key.id) }))
  const key = await navigator.credentials.create({ publicKey })
  const { attestationObject, clientDataJSON } = key.response
  const answer = await post('/account/passkeys/add', {
    id: key.id,
    rawId: text(key.rawId),
    type: key.type,
    extensions: {},
    response: { attestationObject: text(attestationObject), clientDataJSON: text(clientDataJSON) },
  })
  if (!answer.ok) throw new Error(`not kept: ${answer.status}`)
  location.assign('/account?said=added')
}

function offer(id, on, act, failed) {
  const shown = document.getElementById(id)
  if (!shown || !window.PublicKeyCredential) return
  const said = document.getElementById('passkey-said')
  const button = shown.querySelector('button') ?? shown
  shown.hidden = false
  said.textContent = ''
  shown.addEventListener(on, async (event) => {
    event.preventDefault()
    said.textContent = ''
    button.disabled = true
    try {
      await act(shown)
    } catch (error) {
      said.textContent = error.said ?? failed
    }
    button.disabled = false
  })
}

offer('with-passkey', 'click', signIn, 'No passkey was shown. Try again, or sign in another way.')
offer('add-passkey', 'submit', add, 'No passkey was kept. Try again when you like.')
