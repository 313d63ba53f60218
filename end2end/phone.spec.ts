// A parent on a phone, who has never seen this and reads no instructions: from the link in the message to words that
// are kept.
import type { Page } from '@playwright/test'
import { boxes, openPart, saved } from './support/page.ts'
import { expect, find, hydrated, test } from './support/test.ts'

test.use({ school: 'is on telephones' })

const phone = { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true }

/** The parts of the meeting that are to be seen. */
const shown = (page: Page) => page.locator('.sheet:visible').evaluateAll((sheets) => sheets.map(({ id }) => id))

test('a parent on a small phone writes after three taps at the most, from the link on', async ({ browser, server, reads }) => {
  const { meeting, person } = find(server.meetings(), { pupil: 'Tomek', stage: 'preparing', name: 'Agnieszka' })
  const context = await browser.newContext({ baseURL: server.url, ...phone })
  const page = await context.newPage()
  const start = Date.now()
  await page.goto(person.join_url) // the link, opened from the message

  const join = page.getByRole('button', { name: 'Join the meeting' })
  await expect(join, 'what to tap is on the first screen').toBeInViewport({ ratio: 1 })
  await join.tap()
  await page.waitForURL(`**/meetings/${meeting.id}*`)

  // One thing to add is the first thing there is after who is here.
  const add = page.getByRole('button', { name: 'Add something you like or admire about Tomek' })
  await expect(add, 'where to write is on the first screen').toBeInViewport({ ratio: 0.5 })
  await add.tap()
  const words = 'He taught Jakub to play the wooden trains. His laugh fills the kitchen.'
  await expect(page.locator('textarea:focus')).toBeInViewport()
  await page.keyboard.insertText(words)
  const seconds = (Date.now() - start) / 1000
  await saved(page)
  console.log(`phone, from the link to typing: 2 taps, ${seconds.toFixed(1)} s`)

  const { page: theirs } = await reads({ pupil: 'Tomek', stage: 'preparing', role: 'facilitator' })
  await theirs.goto(`/meetings/${meeting.id}`)
  await expect.poll(() => boxes(theirs, 'assess', 'admire').evaluateAll((all) => all.map((box) => (box as HTMLTextAreaElement).value))).toContain(words)
  await context.close()
})

test('on a slow line what is tapped before the page is alive is done when it is', async ({ browser, server }) => {
  const { meeting, person } = find(server.meetings(), { pupil: 'Tomek', stage: 'preparing', name: 'Agnieszka' })
  const context = await browser.newContext({ baseURL: server.url, ...phone })
  const page = await context.newPage()
  let come = () => {}
  const line = new Promise<void>((resolve) => (come = resolve))
  await page.route('**/*.wasm', async (route) => {
    await line
    await route.continue()
  })
  await page.goto(person.join_url)
  await page.getByRole('button', { name: 'Join the meeting' }).tap()
  await page.waitForURL(`**/meetings/${meeting.id}*`)
  await page.getByRole('button', { name: 'Add something you like or admire about Tomek' }).tap()
  await expect(page.locator('textarea:focus')).toHaveCount(0)
  come()
  await page.locator('textarea:focus').waitFor()
  await page.keyboard.insertText('He makes me laugh.')
  await saved(page)
  await context.close()
})

test('a phone shows one part of the meeting at a time, and the way on stands at its end', async ({ join }) => {
  const { page } = await join({ pupil: 'Tomek', stage: 'preparing', name: 'Marek' })
  await page.setViewportSize(phone.viewport)
  const name = page.locator('.part-list summary strong')
  expect(await shown(page)).toEqual(['admire'])
  const next = page.locator('.way-on').getByRole('link')
  await expect(next).toHaveText('Next part: How last targets went')
  await next.click()
  await expect(page.locator('#last')).toBeInViewport()
  expect(await shown(page)).toEqual(['last'])
  await expect(name).toHaveText('How last targets went')

  // Up at the table it is still the part it was, and the arrows go on from it.
  await page.evaluate(() => window.scrollTo(0, 0))
  await expect(name).toHaveText('How last targets went')
  await page.getByRole('navigation', { name: 'Parts of the meeting, in one line' }).getByRole('link', { name: 'Next part: What’s working, what’s not' }).click()
  await expect.poll(() => shown(page)).toEqual(['working'])
  await expect(name).toHaveText('What’s working, what’s not')

  // Back is back, to the beginning of that part and to no other.
  await page.goBack()
  await expect.poll(() => shown(page)).toEqual(['last'])
  await expect(page.locator('#last h2')).toBeInViewport()
  await openPart(page, 'agree')
  expect(await shown(page)).toEqual(['agree'])
  await expect(page.locator('.way-on')).toHaveText(/^(Next part: )?$/)

  // Who wrote what is shown in this part, and so it is when the page is loaded anew.
  await page.locator('.part-list summary').click()
  await page.locator('.part-list').getByRole('link', { name: 'Who wrote this?' }).click()
  await page.reload()
  await expect.poll(() => shown(page)).toEqual(['agree'])
  await hydrated(page)

  // Whoever turns the device over while they write stays where they write.
  await page.setViewportSize({ width: 1100, height: 700 })
  const words = page.locator('#working textarea:enabled').first()
  await words.focus()
  await page.setViewportSize(phone.viewport)
  await expect(words).toBeFocused()
  await expect(words).toBeVisible()

  // On paper all of it.
  await page.emulateMedia({ media: 'print' })
  expect((await shown(page)).length).toBeGreaterThan(5)
})

test('on a phone, whoever runs it is shown what the buttons send them to', async ({ join }) => {
  const { page } = await join({ pupil: 'Kai', role: 'facilitator' })
  await page.setViewportSize(phone.viewport)
  await page.getByRole('button', { name: 'Start the meeting' }).click()
  const visited: string[] = []
  const next = page.getByRole('button', { name: 'Next part' })
  await expect(next).toBeVisible()
  while (await next.isVisible()) {
    await next.click()
    await expect.poll(() => shown(page)).not.toEqual(visited.slice(-1))
    const [part, ...others] = await shown(page)
    expect(others).toEqual([])
    await expect(page.locator(`#${part}`)).toBeFocused()
    visited.push(part!)
  }
  // Nobody is called to where only staff may be.
  expect(visited).toEqual(['last', 'working', 'targets', 'actions', 'passport', 'pep', 'agree'])
})
