// “Finish” wipes the device: with and without a network, with words not sent, in every tab.
import type { BrowserContext, Page } from '@playwright/test'
import { ON_DEVICE, databases, nextPage, state, test, together } from './support/offline.ts'
import { expect } from './support/test.ts'
import { saved } from './support/page.ts'

// Whose network is whose concerns nobody else’s tests.
test.use({ school: 'finish' })
// Several pages each, one after the other, and now and then a network to wait for.
test.describe.configure({ timeout: 150_000 })

async function finish(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Finish', exact: true }).click()
}

async function isWiped(page: Page, context: BrowserContext, meeting: string): Promise<void> {
  await expect(page).toHaveURL(/\/goodbye$/)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Goodbye, and thank you')
  for (const words of ['What we removed from this device', 'The school keeps the agreed record', 'open your own link again']) {
    await expect(page.locator('main')).toContainText(words)
  }
  expect(await context.cookies()).toEqual([])
  await expect.poll(() => databases(page)).toBe(0)
  expect((await context.request.get(`/meetings/${meeting}`)).status()).toBe(401)
}

test('“Finish” leaves nothing on the device, in no tab', async ({ join, wire }) => {
  const { far, mine } = await together(join, wire)
  // So that there is something to remove.
  wire.cut()
  await mine.fill('x')
  await expect(state(far.page)).toHaveText(ON_DEVICE)
  wire.mend()
  await saved(far.page)
  const second = await nextPage(far)
  await finish(far.page)
  await isWiped(far.page, far.context, far.meeting.id)
  await expect(second).toHaveURL(/\/goodbye$/)
  // And back is not a way in: not to the meeting, and not to the link that opened it.
  await far.page.goBack()
  await expect(far.page.locator('main')).not.toContainText('Tomek')
  await far.page.goBack()
  await expect(far.page.getByRole('button', { name: 'Join the meeting' })).toHaveCount(0)
  expect(far.page.url()).not.toContain('/join/')
})

test('“Finish” without a network is done as soon as there is one, before anybody reads on', async ({ join, wire }) => {
  const { far } = await together(join, wire)
  await saved(far.page)
  wire.cut()
  await finish(far.page)
  // What a browser shows where nothing answers.
  await expect.poll(() => far.page.url()).toMatch(/^chrome-error/)
  expect(await far.context.cookies()).not.toEqual([])
  wire.mend()
  const next = await far.context.newPage()
  await next.goto('/')
  await isWiped(next, far.context, far.meeting.id)
})

test('“Finish” with words that were not sent says so first, and waits if asked to', async ({ join, wire }) => {
  const { far, mine, theirs } = await together(join, wire)
  wire.cut()
  await mine.fill('One last thing')
  await expect(state(far.page)).toHaveText(ON_DEVICE)
  await finish(far.page)
  const asks = far.page.getByRole('alertdialog', { name: 'Not everything has been sent yet' })
  await expect(asks).toBeVisible()
  await asks.getByRole('button', { name: 'Stay here' }).click()
  await expect(asks).toBeHidden()
  await expect(far.page.getByRole('button', { name: 'Finish', exact: true })).toBeFocused()
  await finish(far.page)
  await asks.getByRole('button', { name: 'Wait, then finish' }).click()
  await expect(asks).toContainText('Waiting for the network')
  wire.mend()
  await isWiped(far.page, far.context, far.meeting.id)
  await expect(theirs).toHaveValue('One last thing')
})

test('“Finish” on a page of its own finds what a meeting left on the device', async ({ join, wire }) => {
  const { far, mine, theirs } = await together(join, wire)
  wire.cut()
  await mine.fill('Left behind')
  await expect(state(far.page)).toHaveText(ON_DEVICE)
  await far.page.close()
  wire.mend()
  const page = await far.context.newPage()
  await page.goto('/')
  await finish(page)
  const asks = page.getByRole('alertdialog', { name: 'Not everything has been sent yet' })
  await expect(asks).toContainText('Go back to the meeting')
  await asks.getByRole('button', { name: 'Finish now and lose them' }).click()
  await isWiped(page, far.context, far.meeting.id)
  await expect(theirs).toHaveValue('')
})

test('“Finish” knows the words of whoever was here before, and they are sent by being them again', async ({ join, wire }) => {
  const { far, mine, theirs } = await together(join, wire)
  const other = far.meeting.people.find((person) => person.name === 'Marek')!
  wire.cut()
  await mine.fill('Said before the tablet was handed on')
  await expect(state(far.page)).toHaveText(ON_DEVICE)
  await far.page.close()
  wire.mend()
  const page = await far.context.newPage()
  await page.goto(wire.through(other.join_url))
  // The device goes on being their own.
  await page.getByRole('button', { name: 'Be Marek instead' }).click()
  await saved(page)
  await finish(page)
  const asks = page.getByRole('alertdialog', { name: 'Not everything has been sent yet' })
  await expect(asks).toContainText('Be whoever wrote them once more, and they are sent.')
  await expect(asks.getByRole('button', { name: 'Wait, then finish' })).toBeHidden()
  await asks.getByRole('button', { name: 'Stay here' }).click()
  await page.getByRole('button', { name: `Be ${far.person.name}` }).click()
  await expect(theirs).toHaveValue('Said before the tablet was handed on')
  await saved(page)
  await finish(page)
  await isWiped(page, far.context, far.meeting.id)
})

test('“Finish” works without a script', async ({ server, browser, join }) => {
  const { context, meeting } = await join({ pupil: 'Tomek', stage: 'preparing', role: 'parent' })
  const quiet = await browser.newContext({ javaScriptEnabled: false, storageState: await context.storageState(), baseURL: server.url })
  const page = await quiet.newPage()
  await page.goto(`/meetings/${meeting.id}`)
  await finish(page)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Goodbye, and thank you')
  expect((await page.goto(`/meetings/${meeting.id}`))!.status()).toBe(401)
  await quiet.close()
})
