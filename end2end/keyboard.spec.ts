// A whole meeting without a mouse: from the link to the plan in hand, by keys alone.
import { type Browser, type Locator, type Page } from '@playwright/test'
import { dayAhead } from './support/page.ts'
import type { Server } from './support/server.ts'
import { expect, find, hydrated, test } from './support/test.ts'

test.use({ school: 'has no mouse' })

/** Goes there with Tab, or back there with Shift and Tab. */
async function reach(page: Page, what: Locator): Promise<void> {
  await what.waitFor()
  const back = await what.evaluate((there) => !!(document.activeElement!.compareDocumentPosition(there) & Node.DOCUMENT_POSITION_PRECEDING))
  for (let presses = 0; presses < 250; presses++) {
    if (await what.evaluate((there) => there === document.activeElement)) return
    await page.keyboard.press(back ? 'Shift+Tab' : 'Tab')
  }
  throw new Error(`no key leads to ${what}`)
}

async function press(page: Page, what: Locator, key = 'Enter'): Promise<void> {
  await reach(page, what)
  await page.keyboard.press(key)
}

/** Writes where one is, in the place of what stands there. */
async function write(page: Page, where: Locator, words: string): Promise<void> {
  await reach(page, where)
  await page.keyboard.press('Control+A')
  await page.keyboard.type(words)
}

/** Figure by figure, in the order in which this browser asks for them. */
async function writeDay(page: Page, where: Locator, day: string): Promise<void> {
  const [y, m, d] = day.split('-')
  for (const figures of [d! + m! + y!, m! + d! + y!]) {
    await reach(page, where)
    for (const key of ['ArrowLeft', 'ArrowLeft', ...figures]) await page.keyboard.press(key)
    if ((await where.inputValue()) === day) return
  }
  throw new Error(`${where} is not ${day}`)
}

/** By the agenda, as whoever sees it would. */
async function goTo(page: Page, part: string): Promise<void> {
  // Out of the sheet, if one is in one.
  await page.keyboard.press('Escape')
  await press(page, page.locator('.agenda').getByRole('link', { name: part }))
}

async function comesIn(browser: Browser, server: Server, role: string): Promise<Page> {
  const { person } = find(server.meetings(), { pupil: 'Tomek', stage: 'preparing', role })
  const context = await browser.newContext({ baseURL: server.url })
  const page = await context.newPage()
  await page.goto(person.join_url)
  await press(page, page.getByRole('button', { name: 'Join the meeting' }))
  await page.waitForURL(/\/meetings\//)
  await hydrated(page)
  return page
}

test('started, written, answered, saved and read: a SENCO, a parent and the pupil use keys alone', async ({ server, browser }) => {
  const [senco, parent, pupil] = await Promise.all(['facilitator', 'parent', 'pupil'].map((role) => comesIn(browser, server, role)))

  // The way past everything to what runs the meeting is the first thing the keyboard meets.
  await press(senco, senco.getByRole('link', { name: /Skip to .*(meeting|run)/i }))
  await press(senco, senco.getByRole('button', { name: 'Start the meeting' }))
  await expect(parent.locator('.stages [aria-current="step"]')).toHaveText('Together')
  await press(senco, senco.getByRole('button', { name: /^Next part/ }))
  // Nobody is moved: who wants to goes there.
  await press(parent, parent.getByRole('link', { name: 'Go there' }))

  await press(parent, parent.getByRole('button', { name: /^Add something you like or admire/ }))
  await parent.keyboard.type('He feeds the cat before himself.')
  await expect(senco.locator('textarea[id^="assess-admire-"]').last()).toHaveValue('He feeds the cat before himself.')

  // The child turns the pages and says what would help.
  while (!(await pupil.getByRole('button', { name: /^Add something that would help/i }).isVisible())) {
    await press(pupil, pupil.locator('.pupil-tray').getByText(/^Next/))
  }
  await press(pupil, pupil.getByRole('button', { name: /^Add something that would help/i }))
  await pupil.keyboard.type('tell me first when it changes')
  await expect(senco.locator('#passport')).toContainText('tell me first when it changes')

  // A next step, and what the plan may not be without.
  await goTo(senco, 'Targets and provision')
  await press(senco, senco.getByRole('button', { name: 'Add a next step' }))
  await senco.keyboard.type('I can ask for a break with my card.')
  await write(senco, senco.locator('textarea[id^="plan-whole-"][id$="-expected_impact"]'), 'Words for how he is.')
  await writeDay(senco, senco.getByLabel('When we meet again'), dayAhead(110))

  // Each answers: a radio by its arrows, a comment.
  await goTo(parent, 'Agree')
  const disagrees = parent.getByRole('radio', { name: 'I disagree with a part' })
  await reach(parent, parent.getByRole('radio', { name: 'I agree', exact: true }))
  while (!(await disagrees.isChecked())) await parent.keyboard.press('ArrowDown')
  await parent.keyboard.press('Tab')
  await expect(parent.locator('#my-comment')).toBeFocused()
  await parent.keyboard.type('Not the big hall.')
  await press(parent, parent.getByRole('button', { name: 'Give my answer' }))
  await expect(senco.locator('.answer', { hasText: 'Not the big hall.' })).toBeVisible()

  await goTo(senco, 'Agree')
  await press(senco, senco.getByRole('button', { name: 'Agree and save' }))
  await expect(senco.getByRole('button', { name: 'Yes, agree and save' })).toBeFocused()
  await senco.keyboard.press('Enter')
  for (const page of [senco, parent, pupil]) {
    await press(page, page.getByRole('link', { name: 'Read the plan' }).first())
    await page.waitForURL(/\/record/)
    await expect(page.locator('body')).toContainText('tell me first when it changes')
  }
  for (const page of [senco, parent, pupil]) await page.context().close()
})
