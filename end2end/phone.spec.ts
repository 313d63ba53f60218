// A parent on a phone, who has never seen this and reads no instructions: from the link in the message to words that
// are kept.
import { boxes, saved } from './support/page.ts'
import { expect, find, test } from './support/test.ts'

test('a parent on a small phone writes after three taps at the most, from the link on', async ({ browser, server, reads }) => {
  const { meeting, person } = find(server.meetings(), { pupil: 'Tomek', stage: 'preparing', name: 'Agnieszka' })
  const context = await browser.newContext({ baseURL: server.url, viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true })
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
