// Staff sign in: the first school, a password with six numbers, passkeys, the school's own provider, and who has left.
import { type Browser, type Page, expect, test } from '@playwright/test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { device, numbers } from './support/keys.ts'
import { clean, fits } from './support/looks.ts'
import { Provider } from './support/provider.ts'
import { Server } from './support/server.ts'

test.describe.configure({ mode: 'serial', timeout: 120_000 })

const password = 'blue kettle on the hob'
const pike = { email: 'j.pike@larkfield.example', secret: '' }
const secret = 'a secret of this test alone'

let provider: Provider
let server: Server

test.beforeAll(async () => {
  provider = await Provider.listen({
    pike: { email: 'J.Pike@larkfield.example', email_verified: true, amr: ['pwd', 'mfa'] },
    once: { email: 'j.pike@larkfield.example', email_verified: true, amr: ['pwd'] },
    okafor: { email: 's.okafor@larkfield.example', email_verified: true, amr: ['pwd'] },
    another: { email: 's.okafor@larkfield.example', email_verified: true, amr: ['pwd'] },
    claims: { email: 'j.pike@larkfield.example', email_verified: false, amr: ['pwd', 'mfa'] },
    stranger: { email: 'nobody@larkfield.example', email_verified: true, amr: ['pwd', 'mfa'] },
  })
  const settings = join(tmpdir(), `roundtable-providers-${process.pid}.json`)
  writeFileSync(settings, JSON.stringify([provider.settings('SCHOOL_SECRET')]))
  server = await Server.start({ ROUNDTABLE_SCHOOL_ACCOUNTS: settings, SCHOOL_SECRET: secret }, { command: 'serve', named: true })
  provider.for(server.url, secret)
})

test.afterAll(async () => {
  await server.stop()
  provider.stop()
})

async function open(browser: Browser, javaScriptEnabled = true): Promise<Page> {
  return (await browser.newContext({ baseURL: server.url, javaScriptEnabled })).newPage()
}

/** Fills in the page behind a link, and returns what the code app was told. */
async function setUp(page: Page): Promise<string> {
  const secret = (await page.locator('.spelled').textContent())!
  await page.getByLabel('A new password').fill(password)
  await page.getByLabel('The same again').fill(password)
  await page.getByLabel('The six numbers it shows now').fill(numbers(secret))
  await page.getByRole('button', { name: 'Open my account' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Your account is open')
  return secret
}

async function signIn(page: Page, email: string, code: string): Promise<void> {
  await page.goto('/signin')
  const form = page.locator('details.password-way')
  if (!(await form.evaluate((details: HTMLDetailsElement) => details.open))) await form.locator('summary').click()
  await page.getByLabel('School e-mail').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByLabel('Six numbers from your code app').fill(code)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

async function finish(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Finish' }).click()
  await page.waitForURL('**/goodbye')
}

/** One step of a way through several addresses, with the cookies of this browser. */
async function step(page: Page, url: string): Promise<{ headers: Record<string, string> }> {
  const answer = await page.context().request.get(url, { maxRedirects: 0 })
  return { headers: answer.headers() }
}

/** Where the provider leads Mrs Pike back to. Not gone there yet. */
async function lastStep(page: Page): Promise<string> {
  await expect(page.getByRole('heading', { name: 'School accounts' })).toBeVisible()
  let back = await page.getByRole('link', { name: 'pike', exact: true }).evaluate((link: HTMLAnchorElement) => link.href)
  while (!back.startsWith(server.url)) {
    const { headers } = await step(page, back)
    back = new URL(headers.location!, back).href
  }
  expect(back).toContain('code=')
  return back
}

/** No half minute is good twice, so the codes of this test run ahead, and then wait. */
let used = 0
async function fresh(secret: string): Promise<string> {
  const step = () => Math.floor(Date.now() / 30_000)
  const next = Math.max(used + 1, step())
  while (next > step() + 1) await new Promise((resolve) => setTimeout(resolve, 500))
  used = next
  return numbers(secret, next - step())
}

test('the first school is set up with the code from the console, and its SENCO comes home', async ({ browser }) => {
  const page = await open(browser)
  await page.goto('/set-up')
  await clean(page)
  const code = /([a-z0-9]{4}(?:-[a-z0-9]{4}){3})/.exec(server.log())![1]!
  await page.getByLabel('Set-up code').fill('aaaa-aaaa-aaaa-aaaa')
  await page.getByLabel('Name of the school').fill('Larkfield Hollow Primary School')
  await page.getByLabel('Your name').fill('Mrs Joanna Pike')
  await page.getByLabel('Your school e-mail').fill(pike.email)
  await page.getByRole('button', { name: 'Next: your keys' }).click()
  await expect(page.getByRole('alert')).toContainText('not the code')
  await page.getByLabel('Set-up code').fill(code)
  await page.getByRole('button', { name: 'Next: your keys' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Hello, Mrs Pike')
  await clean(page)
  pike.secret = await setUp(page)
  used = Math.floor(Date.now() / 30_000)
  await expect(page.locator('.recovery-codes li')).toHaveCount(8)
  await clean(page)
  await page.getByRole('link', { name: 'To my school' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Hello, Mrs Pike')
  for (const [name, heading] of [['Pupils', 'Pupils'], ['Who gets what', 'Who gets what'], ['What worked', 'What worked']] as const) {
    await page.getByRole('navigation', { name: 'School' }).getByRole('link', { name }).click()
    await expect(page.getByRole('heading', { level: 1 })).toContainText(heading)
  }
  await finish(page)
  await page.goto('/account')
  await expect(page).toHaveURL(/\/signin\?why=first/)
})

test('a password and six numbers open the account, without scripts too; nothing else of it does', async ({ browser }) => {
  const page = await open(browser, false)
  await signIn(page, pike.email, '000000')
  await expect(page.getByRole('alert')).toContainText('did not open an account')
  await signIn(page, 'nobody@larkfield.example', '000000')
  await expect(page.getByRole('alert')).toContainText('did not open an account')
  const code = await fresh(pike.secret)
  await signIn(page, pike.email, code)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Hello, Mrs Pike')
  const again = await open(browser)
  await signIn(again, pike.email, code)
  await expect(again.getByRole('alert')).toContainText('did not open an account')
})

test('a passkey is added, opens the account by itself, and answers once', async ({ browser }) => {
  const page = await open(browser)
  const finger = await device(page)
  await signIn(page, pike.email, await fresh(pike.secret))
  await page.getByRole('link', { name: /your account/ }).click()
  // Whoever sits at a screen that was left open has the browser, and neither of the two.
  await page.getByLabel('Your password now').fill('a guess at a password')
  await page.getByLabel('The six numbers your app shows now').fill('000000')
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await expect(page.getByText('No passkey was added.')).toBeVisible()
  await clean(page)
  await page.getByLabel('Your password now').fill(password)
  await page.getByLabel('The six numbers your app shows now').fill(await fresh(pike.secret))
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await expect(page.getByRole('status').first()).toContainText('Your passkey is kept')
  await expect(page.getByRole('region', { name: 'Passkeys' }).getByRole('listitem')).toHaveCount(1)
  await clean(page)

  await finish(page)
  await page.goto('/signin')
  await clean(page)
  const sent = page.waitForRequest('**/signin/passkey')
  await page.getByRole('button', { name: 'With a passkey' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Hello, Mrs Pike')
  // What was answered once opens nothing again, here or elsewhere.
  const answer = (await sent).postData()!
  for (const from of [page, await open(browser)]) {
    await from.goto('/signin')
    const status = await from.evaluate(
      (body) => fetch('/signin/passkey', { method: 'POST', headers: { 'content-type': 'application/json' }, body }).then(({ status }) => status),
      answer,
    )
    expect(status).toBe(403)
  }

  // Without its owner’s finger the device gives nothing out.
  await page.goto('/')
  await finish(page)
  await finger.isThere(false)
  await page.goto('/signin')
  await page.getByRole('button', { name: 'With a passkey' }).click()
  await expect(page.getByText('No passkey was shown.')).toBeVisible()
  await finger.isThere(true)
  await page.getByRole('button', { name: 'With a passkey' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Hello, Mrs Pike')

  // Taken away, it opens nothing.
  await page.goto('/account')
  await page.getByRole('region', { name: 'Passkeys' }).getByRole('button', { name: /Remove/ }).click()
  await expect(page.getByText('You have none yet.')).toBeVisible()
  await finish(page)
  await page.goto('/signin')
  await page.getByRole('button', { name: 'With a passkey' }).click()
  await expect(page.getByRole('alert')).toContainText('That passkey opens no account')
})

test('a password cannot be read off the screen, and can be pasted', async ({ browser }) => {
  const page = await open(browser)
  await page.goto('/signin')
  const form = page.locator('details.password-way')
  if (!(await form.evaluate((details: HTMLDetailsElement) => details.open))) await form.locator('summary').click()
  const field = page.getByLabel('Password', { exact: true })
  await expect(field).toHaveAttribute('type', 'password')
  await expect(field).toHaveAttribute('autocomplete', 'current-password')
  // Copied from where it can be: nobody copies out of a field for passwords.
  const elsewhere = page.getByLabel('School e-mail')
  await elsewhere.fill(password)
  await elsewhere.press('ControlOrMeta+a')
  await elsewhere.press('ControlOrMeta+c')
  await field.press('ControlOrMeta+v')
  await expect(field).toHaveValue(password)
})

test('the school’s own provider opens the account it answers for, and no other', async ({ browser }) => {
  const come = async (as: string): Promise<Page> => {
    const page = await open(browser)
    await page.goto('/signin')
    await page.getByRole('link', { name: 'With my school account' }).click()
    await expect(page.getByRole('heading', { name: 'School accounts' })).toBeVisible()
    await page.getByRole('link', { name: as, exact: true }).click()
    return page
  }
  for (const as of ['stranger', 'claims']) {
    await expect((await come(as)).getByRole('alert')).toContainText('Your school account did not open an account here')
  }
  await expect((await come('No')).getByRole('alert')).toContainText('broken off there, and nothing has changed')
  // The first who comes with her address is her; then nobody else is.
  const page = await come('pike')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Hello, Mrs Pike')
  await page.goto('/account')
  await expect(page.getByText('You have signed in with it')).toBeVisible()
  await expect((await come('once')).getByRole('alert')).toContainText('did not open an account here')

  // An answer is good in the browser that was sent there, for what it was asked, once.
  const asked = await open(browser)
  await asked.goto('/signin')
  await asked.getByRole('link', { name: 'With my school account' }).click()
  await expect(asked.getByRole('heading', { name: 'School accounts' })).toBeVisible()
  const back = await lastStep(asked)
  const thief = await open(browser)
  await thief.goto(back)
  await expect(thief.getByRole('alert')).toContainText('did not open an account here')
  const other = new URL(back)
  other.searchParams.set('state', 'another')
  await asked.goto(other.href)
  await expect(asked.getByRole('alert')).toContainText('did not open an account here')
  await asked.goto(back)
  await expect(asked.getByRole('alert')).toContainText('did not open an account here')

  // Nor is it believed of a provider that nobody was sent to, though all else is as it was asked.
  const mixed = await open(browser)
  await mixed.goto('/signin')
  await mixed.getByRole('link', { name: 'With my school account' }).click()
  const mixedUp = new URL(await lastStep(mixed))
  expect(mixedUp.searchParams.get('iss')).toBe(provider.issuer)
  mixedUp.searchParams.set('iss', 'https://evil.example')
  await mixed.goto(mixedUp.href)
  await expect(mixed.getByRole('alert')).toContainText('did not open an account here')
})

test('one proof at the provider needs a second here; who has left is out at once', async ({ browser }) => {
  const senco = await open(browser)
  await signIn(senco, pike.email, await fresh(pike.secret))
  await senco.goto('/staff')
  await clean(senco)
  await senco.getByLabel('Their name').fill('Mr Sam Okafor')
  await senco.getByLabel('Their school e-mail').first().fill('s.okafor@larkfield.example')
  await senco.getByRole('button', { name: 'Make an account' }).click()
  const link = await senco.getByLabel('The link').inputValue()
  await clean(senco)

  const come = async (as = 'okafor'): Promise<Page> => {
    const page = await open(browser)
    await page.goto('/signin')
    await page.getByRole('link', { name: 'With my school account' }).click()
    await page.getByRole('link', { name: as, exact: true }).click()
    return page
  }
  await expect((await come()).getByRole('alert')).toContainText('one proof only')
  const first = await open(browser)
  await first.goto(link)
  const app = await setUp(first)
  const page = await come()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('One more proof')
  await clean(page)
  // Half way, nothing is open.
  for (const path of ['/register', '/account', '/']) {
    const half = await page.context().newPage()
    await half.goto(path)
    await expect(half.getByText('Hello, Mr Okafor')).toHaveCount(0)
    await expect(half.getByRole('navigation', { name: 'School' })).toHaveCount(0)
    await half.close()
  }
  await page.getByLabel('Six numbers from your code app').fill(numbers(app, 1))
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Hello, Mr Okafor')
  // A teacher runs no accounts.
  expect((await page.goto('/staff'))!.status()).toBe(403)

  // A new link ends the school account that opened it before, whatever address that has; not another, which is his.
  await senco.getByRole('button', { name: /New link.*Okafor/ }).click()
  const renewed = await senco.getByLabel('The link').inputValue()
  await expect((await come()).getByRole('heading', { level: 1 })).toHaveText('One more proof')
  const anew = await open(browser)
  await anew.goto(renewed)
  await setUp(anew)
  await expect(anew.getByText('nor the school account that did')).toBeVisible()
  await clean(anew)
  for (let time = 0; time < 2; time++) {
    await expect((await come()).getByRole('alert')).toContainText('did not open an account here')
  }
  await expect((await come('another')).getByRole('heading', { level: 1 })).toHaveText('One more proof')

  await senco.getByRole('button', { name: /Has left.*Okafor/ }).click()
  await expect(senco.getByText('Has left: nothing opens the account')).toBeVisible()
  await page.goto('/account')
  await expect(page).toHaveURL(/\/signin\?why=first/)
  await expect((await come()).getByRole('alert')).toContainText('did not open an account here')
})

test('in the demo the SENCO signs in with what was printed, and goes to a meeting without a link', async ({ browser }) => {
  const demo = await Server.start()
  const [, email, words, code] = /Mrs Joanna Pike\s+(\S+)\s+(\S+)\s+codes: ([^,\s]+)/.exec(demo.log())!
  const page = await (await browser.newContext({ baseURL: demo.url })).newPage()
  await page.goto('/')
  await page.getByRole('link', { name: 'Staff sign in' }).click()
  await page.getByLabel('School e-mail').fill(email!)
  await page.getByLabel('Password', { exact: true }).fill(words!)
  await page.getByLabel('Six numbers from your code app').fill(code!)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Hello, Mrs Pike')
  await clean(page)
  await page.getByRole('link', { name: /Get ready.*Tomek/ }).click()
  await expect(page).toHaveURL(/\/meetings\//)
  await expect(page.locator('.save-state')).toHaveText('Saved')
  await demo.stop()
})

test('nothing scrolls sideways on a small phone, and axe finds nothing in the dark', async ({ browser }) => {
  const page = await open(browser)
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
  await page.setViewportSize({ width: 320, height: 700 })
  await signIn(page, pike.email, await fresh(pike.secret))
  for (const path of ['/account', '/staff', '/signin', '/signin?why=wrong']) {
    await page.goto(path)
    await fits(page, path)
    await clean(page)
  }
})
