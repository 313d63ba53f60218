// Passkeys: asks our server what to ask, the browser for a key, and brings the answer back. The buttons stay hidden in
// browsers that cannot; everything else on the pages works without this.

const bytes = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0))
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')

const post = (path, body) =>
  fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body ?? {}) })

async function ask(path) {
  const answer = await post(path)
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

async function add() {
  const publicKey = await ask('/account/passkeys/begin')
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

function offer(id, act, failed, invitation) {
  const button = document.getElementById(id)
  if (!button || !window.PublicKeyCredential) return
  const said = document.getElementById('passkey-said')
  button.hidden = false
  said.textContent = invitation
  button.addEventListener('click', async () => {
    said.textContent = ''
    button.disabled = true
    try {
      await act()
    } catch {
      said.textContent = failed
    }
    button.disabled = false
  })
}

offer('with-passkey', signIn, 'No passkey was shown. Try again, or sign in another way.', '')
offer('add-passkey', add, 'No passkey was kept. Try again when you like.', '')
