// Coming to the door: by a link, by a code, two people at one device.
import type { BrowserContext, Page } from '@playwright/test'
import { clean } from './support/looks.ts'
import { expect, hydrated, test } from './support/test.ts'

test.use({ school: 'for the lobby' })

const table = { pupil: 'Tomek', stage: 'preparing' }

async function openDoor(page: Page, doors: string): Promise<void> {
  await page.locator('.door-button').click()
  await page.getByRole('radio', { name: doors }).check()
}

async function knocking(context: BrowserContext, link: string): Promise<Page> {
  const page = await context.newPage()
  await page.goto(link)
  await page.getByRole('button', { name: 'Join the meeting' }).click()
  await expect(page.getByRole('heading', { name: 'We are keeping your seat' })).toBeVisible()
  return page
}

function linkOf(meeting: { people: { name: string; join_url: string }[] }, name: string): string {
  return meeting.people.find((person) => person.name === name)!.join_url
}

test('whoever knocks waits, is seen, and is let in without pressing anything more', async ({ join, browser, server }) => {
  const senco = await join({ ...table, role: 'facilitator' })
  await openDoor(senco.page, 'People knock')
  const home = await browser.newContext({ baseURL: server.url })
  const mum = await knocking(home, linkOf(senco.meeting, 'Agnieszka'))
  await expect(mum.locator('body')).not.toContainText('Tomek')
  await clean(mum)
  await expect(senco.page.locator('.door-button')).toContainText('1 at the door')
  await expect(senco.page.getByText('Expected, as Mum')).toBeVisible()
  await clean(senco.page)
  await senco.page.getByRole('button', { name: 'Let Agnieszka in' }).click()
  await mum.waitForURL(`**/meetings/${senco.meeting.id}`)
  await expect(mum.getByRole('heading', { level: 1 })).toContainText('Tomek')
  await expect(senco.page.getByText('Nobody is at the door just now.')).toBeVisible()

  // With scripts off the page asks again by itself, and has a button.
  const quiet = await browser.newContext({ baseURL: server.url, javaScriptEnabled: false })
  const marek = await knocking(quiet, linkOf(senco.meeting, 'Marek'))
  await senco.page.getByRole('button', { name: 'Let Marek in' }).click()
  await marek.getByRole('button', { name: 'Go in' }).click({ timeout: 20_000 })
  await expect(marek.getByRole('heading', { level: 1 })).toContainText('Tomek')
  await quiet.close()

  const other = await browser.newContext({ baseURL: server.url })
  const callum = await knocking(other, linkOf(senco.meeting, 'Callum'))
  await senco.page.getByRole('button', { name: 'Not now to Callum' }).click()
  await expect(callum.getByRole('heading', { name: 'Not just now' })).toBeVisible()
  await clean(callum)
  await other.close()
  await senco.page.getByRole('radio', { name: 'Open to those expected' }).check()
  await home.close()
})

test('a parent and a child knock at one tablet, and go in together', async ({ join, page: tablet }) => {
  const senco = await join({ ...table, role: 'facilitator' })
  await openDoor(senco.page, 'People knock')
  for (const name of ['Agnieszka', 'Tomek']) {
    await tablet.goto(linkOf(senco.meeting, name))
    await tablet.getByRole('button', { name: 'Join the meeting' }).click()
    await expect(tablet.getByText(`You are coming in as ${name}`)).toBeVisible()
  }
  await expect(tablet.getByText('Agnieszka waits at this device too.')).toBeVisible()
  await clean(tablet)
  await senco.page.getByRole('button', { name: 'Let Agnieszka in' }).click()
  await expect(tablet.getByText('Tomek still waits at this device.')).toBeVisible()
  await expect(tablet.getByRole('button', { name: 'Go in' })).toBeVisible()
  await clean(tablet)
  await senco.page.getByRole('button', { name: 'Let Tomek in' }).click()
  await tablet.waitForURL(`**/meetings/${senco.meeting.id}`)
  await hydrated(tablet)
  await expect(tablet.locator('.pupil-page')).toBeVisible()
  await tablet.getByRole('button', { name: 'Be Agnieszka' }).click()
  await hydrated(tablet)
  await expect(tablet.locator('.place-card').filter({ hasText: 'that’s you' })).toContainText('Agnieszka')
  await senco.page.getByRole('radio', { name: 'Open to those expected' }).check()
})

test('somebody with the code is let in as whoever they are said to be', async ({ join, browser, server }) => {
  const senco = await join({ ...table, role: 'facilitator' })
  await openDoor(senco.page, 'Open to those expected')
  await senco.page.getByRole('button', { name: 'Make a code to say on the phone' }).click()
  const code = await senco.page.locator('.meeting-code strong').innerText()
  await clean(senco.page)

  const context = await browser.newContext({ baseURL: server.url })
  const zofia = await context.newPage()
  await zofia.goto('/code')
  await clean(zofia)
  await zofia.getByLabel('Meeting code').fill('111 111 111')
  await zofia.getByLabel('Your name').fill('Zofia K')
  await zofia.getByRole('button', { name: 'Knock' }).click()
  await expect(zofia.getByText('No meeting that you can come to now has this code.')).toBeVisible()
  await clean(zofia)
  await zofia.getByLabel('Meeting code').fill(code)
  await zofia.getByLabel('Your name').fill('Zofia K')
  await zofia.getByRole('button', { name: 'Knock' }).click()
  await expect(zofia.getByText('You are coming in as Zofia K')).toBeVisible()

  await expect(senco.page.getByText('Not on the list')).toBeVisible()
  await clean(senco.page)
  const letIn = senco.page.getByRole('button', { name: 'Let in Zofia K' })
  await expect(letIn).toBeDisabled()
  await senco.page.getByLabel('Let in as').selectOption({ label: 'Observer, reads only' })
  await letIn.click()
  await zofia.waitForURL(`**/meetings/${senco.meeting.id}`)
  await hydrated(zofia)
  await expect(zofia.locator('textarea:not([readonly])')).toHaveCount(0)
  await expect(senco.page.locator('.in-room')).toContainText('Zofia K')
  await context.close()
})

test('two people at one tablet, each with their own name', async ({ join, page: tablet, server }) => {
  const senco = await join({ ...table, role: 'facilitator' })
  const link = (name: string) => linkOf(senco.meeting, name)
  await tablet.goto(link('Agnieszka'))
  await tablet.getByRole('button', { name: 'Join the meeting' }).click()
  await hydrated(tablet)
  const left = await tablet.context().newPage()
  await left.goto(`${server.url}/meetings/${senco.meeting.id}`)
  await hydrated(left)
  const home = await tablet.context().newPage()
  await home.goto(server.url)
  await expect(home.getByRole('heading', { level: 1 })).toHaveText('Hello, Agnieszka')

  await tablet.goto(link('Tomek'))
  await expect(tablet.getByRole('heading', { name: 'You are Agnieszka here' })).toBeVisible()
  await clean(tablet)
  await tablet.getByRole('button', { name: 'Be Tomek instead' }).click()
  await hydrated(tablet)
  await expect(tablet.locator('.pupil-page')).toBeVisible()
  // The page that was left open does not go on as somebody who is not there any more.
  await expect(left.locator('.pupil-page')).toBeVisible()
  await expect(home.getByRole('heading', { level: 1 })).toHaveText('Hello, Tomek')
  await clean(tablet)
  await tablet.getByRole('button', { name: 'Be Agnieszka' }).click()
  await hydrated(tablet)
  await expect(tablet.locator('.place-card').filter({ hasText: 'that’s you' })).toContainText('Agnieszka')
  await clean(tablet)
})

test('a link is shown, taken back and made anew', async ({ join, page: stranger }) => {
  const senco = await join({ ...table, role: 'facilitator' })
  await senco.page.locator('.door-button').click()
  await senco.page.getByRole('button', { name: 'Show the link for Ruth' }).click()
  const shown = senco.page.getByLabel(/Only for Ruth/)
  const first = await shown.inputValue()
  await clean(senco.page)
  await stranger.goto(first)
  await stranger.getByRole('button', { name: 'Join the meeting' }).click()
  await hydrated(stranger)
  await expect(stranger.locator('.save-state')).toHaveText('Saved')
  await senco.page.getByRole('button', { name: 'Take back the link for Ruth' }).click()
  await expect(senco.page.getByText('Their link was taken back: it opens nothing.')).toBeVisible()
  // Whoever had come in by it hears at once that nothing goes on here.
  await expect(stranger.getByRole('alert').filter({ hasText: 'You are no longer signed in' })).toBeVisible({ timeout: 3_000 })
  await expect(stranger.locator('textarea')).toHaveCount(0)
  await clean(stranger)
  await stranger.goto(first)
  await expect(stranger.getByRole('heading', { name: 'This link does not work' })).toBeVisible()
  await senco.page.getByRole('button', { name: 'Make a link for Ruth' }).click()
  await senco.page.getByRole('button', { name: 'Show the link for Ruth' }).click()
  await stranger.goto(await shown.inputValue())
  await expect(stranger.getByRole('button', { name: 'Join the meeting' })).toBeVisible()
})
