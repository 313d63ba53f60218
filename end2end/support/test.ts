// What a spec imports: `test` with a running server and people who can join its meetings, or only read.
//
//   test('what one writes, the other reads', async ({ join }) => {
//     const parent = await join({ role: 'parent' })
//     const senco = await join({ role: 'senco' })
import { type Browser, type BrowserContext, type Page, test as base } from '@playwright/test'
import { type Meeting, type Person, Server } from './server.ts'
import type { Wire } from './wire.ts'

export { expect } from '@playwright/test'

/** Which meeting and who: what is given must be found in it, in capitals or not. */
export type Wanted = {
  pupil?: string
  stage?: string
  name?: string
  role?: string
  /** Whether the device is a shared one: as the page suggests, if nothing is said. */
  shared?: boolean
  /** Goes on to the page for before the meeting, where in the days before it the link itself leads. */
  prepares?: boolean
  /** The way to the server, if it is not the plain one. */
  wire?: Wire
}
export type Joined = { page: Page; context: BrowserContext; person: Person; meeting: Meeting }
export type Join = (wanted: Wanted) => Promise<Joined>
/** A page of this person, who has come and is not in the meeting: quick, for what is read and not lived. */
export type Reads = (wanted: Pick<Wanted, 'pupil' | 'stage' | 'name' | 'role'>) => Promise<Joined>

export const test = base.extend<{ join: Join; reads: Reads }, { school: string; server: Server }>({
  // A test that moves a meeting on asks for a school of its own: test.use({ school: 'what for' }).
  school: ['everybody’s', { option: true, scope: 'worker' }],

  // One for all tests that leave it as it was: it is quick to start, but not so quick as to do it for each.
  server: [
    async ({ school: _ }, use) => {
      const server = await Server.start()
      await use(server)
      await server.stop()
    },
    { scope: 'worker' },
  ],

  /** Lets a person in, each in a browser context of their own, as if at another computer. */
  join: async ({ server, browser }, use) => {
    const contexts: BrowserContext[] = []
    await use(async (wanted) => {
      const joined = await joinMeeting(server, browser, wanted)
      contexts.push(joined.context)
      return joined
    })
    for (const context of contexts) await context.close()
  },

  reads: async ({ server, browser }, use) => {
    const contexts: BrowserContext[] = []
    await use(async (wanted) => {
      const { meeting, person } = find(server.meetings(), wanted)
      const context = await browser.newContext({ baseURL: server.url })
      contexts.push(context)
      // What the button of the join page sends.
      const answer = await context.request.post(person.join_url, { headers: { origin: server.url }, maxRedirects: 0 })
      if (answer.status() !== 303) throw new Error(`${person.role} was not let in: ${answer.status()}`)
      return { page: await context.newPage(), context, person, meeting }
    })
    for (const context of contexts) await context.close()
  },
})

/** Opens the join link, presses the button, and waits until the page is alive. */
export async function joinMeeting(server: Server, browser: Browser, wanted: Wanted): Promise<Joined> {
  const { meeting, person } = find(server.meetings(), wanted)
  const { wire, shared } = wanted
  const context = await browser.newContext({ baseURL: wire?.url ?? server.url })
  const page = await context.newPage()
  await page.goto(wire?.through(person.join_url) ?? person.join_url)
  if (shared !== undefined) await page.getByRole('checkbox', { name: 'This is a shared or school computer' }).setChecked(shared)
  await page.getByRole('button', { name: 'Join the meeting' }).click()
  await page.waitForURL(`**/meetings/${meeting.id}*`)
  if (wanted.prepares) await page.goto(`/meetings/${meeting.id}/prepare`)
  await hydrated(page)
  return { page, context, person, meeting }
}

/** Until then the page can be read, but what is typed is not yet shared. */
export async function hydrated(page: Page): Promise<void> {
  await page.waitForFunction(() => document.documentElement.dataset.hydrated === 'true')
}

export function find(meetings: Meeting[], wanted: Wanted): { meeting: Meeting; person: Person } {
  const is = (value: string, want?: string) => !want || value.toLowerCase().includes(want.toLowerCase())
  for (const meeting of meetings) {
    if (!is(meeting.pupil, wanted.pupil) || !is(meeting.stage, wanted.stage)) continue
    const person = meeting.people.find(({ name, role }) => is(name, wanted.name) && is(role, wanted.role))
    if (person) return { meeting, person }
  }
  throw new Error(`nobody in the demo school is ${JSON.stringify(wanted)}`)
}

/** A SENCO of the demo, signed in with what it printed. */
export async function signsIn(browser: Browser, server: Server): Promise<Page> {
  const [, email, password, code] = /Mrs Joanna Pike\s+(\S+)\s+(\S+)\s+codes: ([^,\s]+)/.exec(server.log())!
  const page = await (await browser.newContext({ baseURL: server.url })).newPage()
  await page.goto('/signin')
  const way = page.locator('details.password-way')
  if (!(await way.evaluate((details: HTMLDetailsElement) => details.open))) await way.locator('summary').click()
  await page.getByLabel('School e-mail').fill(email!)
  await page.getByLabel('Password', { exact: true }).fill(password!)
  await page.getByLabel('Six numbers from your code app').fill(code!)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(`${server.url}/`)
  return page
}
