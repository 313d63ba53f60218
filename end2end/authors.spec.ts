// Who wrote this: names for each sentence, by the server's knowledge; the pupil's words by the scribe's hand, protected
// like the pupil's own, on the page, in the record and after; and what somebody sees whose change was not taken.
import type { Locator, Page } from '@playwright/test'
import { clean, fits } from './support/looks.ts'
import { box, boxes, dayAhead, itemOf, openPart, saved } from './support/page.ts'
import { type Joined, expect, hydrated, test } from './support/test.ts'
import { SectionClient, signIn, socket } from './support/yjs.ts'

test.use({ school: 'asks who wrote' })

const meeting = { pupil: 'Tomek', stage: 'preparing' }

function around(box: Locator): Locator {
  return box.locator('xpath=ancestor::*[contains(concat(" ", @class, " "), " field ")][1]')
}

async function appends(page: Page, box: Locator, words: string): Promise<void> {
  await box.focus()
  await page.keyboard.press('Control+End')
  await page.keyboard.type(words)
  await saved(page)
}

/** Shows who wrote what, by the link that is on the page at this width. */
async function ask(page: Page): Promise<void> {
  await page.locator('a.authors-link:visible').click()
  await expect(page).toHaveURL(/authors=1/)
}

test('each sentence has the name of whoever wrote it, whatever a program may say', async ({ server, browser, join }) => {
  test.setTimeout(120_000)
  const teacher = await join({ ...meeting, role: 'teacher' })
  const parent = await join({ ...meeting, role: 'parent', name: 'Marek' })
  const theirs = boxes(parent.page, 'plan', 'targets', 'success').first()
  const item = await itemOf(theirs)
  const mine = box(teacher.page, 'plan', 'targets', item, 'success')

  await mine.fill('')
  await appends(teacher.page, mine, 'He asks to play twice a week.')
  await expect(theirs).toHaveValue('He asks to play twice a week.')
  await appends(parent.page, theirs, ' At home too, on Sundays.')

  // A text that several people wrote says so at once, and opens for whoever asks.
  await expect(mine).toHaveValue('He asks to play twice a week. At home too, on Sundays.')
  const fold = around(mine).locator('details.who-wrote')
  await fold.locator('summary').click()
  const sentences = around(mine).locator('.sentences li')
  await expect(sentences).toHaveText(['Miss Qureshi: He asks to play twice a week.', 'Marek: At home too, on Sundays.'].map((text) => new RegExp(text)))

  // A Yjs program writes under its own person's name; a fold that is open stays open, and follows.
  const interpreter = teacher.meeting.people.find(({ role }) => role === 'interpreter')!
  const connection = socket(server, await signIn(server, interpreter))
  const plan = new SectionClient(connection, teacher.meeting, 'plan')
  await expect.poll(() => plan.synced).toBe(true)
  const text = plan.text('targets', item, 'success')
  text.insert(text.length, ' Signed, Miss Qureshi.')
  await expect(sentences.nth(2)).toHaveText(/Ewa: Signed, Miss Qureshi\./)

  // A sentence by several people names them all, whoever wrote most of it first.
  text.insert(0, 'Some days ')
  await expect(sentences.first()).toHaveText(/Miss Qureshi, with Ewa: Some days He asks to play twice a week\./)

  // Words by one hand need no list; the whole page shows all names at once.
  await ask(teacher.page)
  await expect(around(mine).locator('ol.sentences')).toHaveAccessibleName(/Who wrote what in/)
  await expect(teacher.page.locator('#passport .words .written-by').first()).toContainText('Written by Tomek')
  await clean(teacher.page)

  // So does the page as the server writes it.
  const quiet = await browser.newContext({ javaScriptEnabled: false, storageState: await parent.context.storageState(), baseURL: server.url })
  const page = await quiet.newPage()
  await page.goto(`/meetings/${parent.meeting.id}`)
  await page.locator('a.authors-link:visible').click()
  await expect(page.locator('.sentences li').filter({ hasText: 'Marek: At home too, on Sundays.' })).toBeVisible()
  await expect(page.locator('.sentences li').filter({ hasText: 'Ewa: Signed, Miss Qureshi.' })).toBeVisible()
  await quiet.close()

  // And whoever comes fresh is told whose is whose before the words are there.
  await teacher.page.reload()
  await hydrated(teacher.page)
  await expect(sentences.nth(1)).toHaveText(/Marek: At home too, on Sundays\./)
  connection.destroy()
})

for (const role of ['facilitator', 'pupil'] as const) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`axe finds nothing where the ${role} sees who wrote what, ${colorScheme}`, async ({ join }) => {
      const { page } = await join({ ...meeting, role })
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await ask(page)
      await expect(page.locator('.written-by:visible').first()).toBeVisible()
      await clean(page)
      await page.setViewportSize({ width: 320, height: 640 })
      await fits(page)
    })
  }
}

test('a change of the pupil’s words is not taken, and what was written instead is kept, also on a phone', async ({ join }) => {
  test.setTimeout(120_000)
  const pupil = await join({ ...meeting, role: 'pupil' })
  const teacher = await join({ ...meeting, role: 'teacher' })
  await teacher.page.setViewportSize({ width: 360, height: 640 })
  await openPart(teacher.page, 'passport')
  await teacher.page.getByRole('button', { name: 'Add something that would help' }).click()
  const mine = teacher.page.locator('textarea:focus')
  await teacher.page.keyboard.type('Give him time.')
  await saved(teacher.page)
  const item = await itemOf(mine)

  // The pupil writes in the same box: those letters are the pupil's.
  await openPart(pupil.page, 'passport')
  await appends(pupil.page, box(pupil.page, 'passport', 'help', item), ' Not too much!')
  const words = box(teacher.page, 'passport', 'help', item)
  await expect(words).toHaveValue('Give him time. Not too much!')

  // All of it written over, by somebody else.
  await words.focus()
  await teacher.page.keyboard.press('Control+a')
  // The refusal comes in the middle of it, and nobody stops in the middle of a word.
  await teacher.page.keyboard.type('Be patient with him', { delay: 60 })
  const kept = teacher.page.locator('.kept')
  await expect(kept).toContainText('Those are the pupil’s own words. You can add beside them, not change them.')
  await expect(kept.locator('.kept-words')).toHaveText('Be patient with him')
  await expect(words).toHaveValue('Give him time. Not too much!')
  await expect(box(pupil.page, 'passport', 'help', item)).toHaveValue('Give him time. Not too much!')
  await kept.scrollIntoViewIfNeeded()
  await fits(teacher.page)
  for (const button of await kept.getByRole('button').all()) {
    await expect(button).toBeInViewport({ ratio: 1 })
    expect((await button.boundingBox())!.height).toBeGreaterThanOrEqual(44)
  }
  // It lies over the page: what is half under it is not to be judged.
  await clean(teacher.page, '.at-hand')

  // They go on from where the document is, with nothing in their way.
  await kept.getByRole('button', { name: 'Throw away' }).click()
  await expect(kept).toHaveCount(0)
  await expect(words).toBeFocused()
  await appends(teacher.page, words, ' Then ask.')
  await expect(box(pupil.page, 'passport', 'help', item)).toHaveValue('Give him time. Not too much! Then ask.')
})

test('“In my words” of a target becomes the pupil’s once the pupil writes in it, and nobody’s box goes away under a hand', async ({ server, join }) => {
  test.setTimeout(120_000)
  const pupil = await join({ ...meeting, role: 'pupil' })
  const teacher = await join({ ...meeting, role: 'teacher' })
  const parent = await join({ ...meeting, role: 'parent', name: 'Marek' })
  const drafts = boxes(teacher.page, 'plan', 'targets', 'pupil_words').first()
  const item = await itemOf(drafts)
  const draft = box(teacher.page, 'plan', 'targets', item, 'pupil_words')
  await draft.fill('I can join in.')
  await saved(teacher.page)

  // The teacher is in the box while the pupil writes there: it stays until they leave it.
  await draft.focus()
  await openPart(pupil.page, 'targets')
  // On the pupil's page there is one box for a step, and what can be done with it comes when it is asked for.
  const step = pupil.page.locator(`#targets [data-row="${item}"]`)
  await expect(step.getByRole('textbox')).toHaveCount(1)
  await expect(step.getByRole('button', { name: /^Remove/ })).toHaveCount(0)
  await step.getByText('Change', { exact: false }).last().click()
  await expect(step.getByRole('button', { name: /^Remove/ })).toBeVisible()
  await appends(pupil.page, box(pupil.page, 'plan', 'targets', item, 'pupil_words'), ' Chess too!')
  await expect(draft).toHaveValue('I can join in. Chess too!')
  await expect(draft).toBeFocused()
  const target = (page: Page) => page.locator(`[data-row="${item}"] .big`)
  await expect(box(parent.page, 'plan', 'targets', item, 'pupil_words')).toHaveCount(0)
  await expect(target(parent.page)).toContainText('I can join in. Chess too!')
  await expect(target(parent.page)).toContainText('Only Tomek can change this')
  await box(teacher.page, 'plan', 'targets', item, 'title').focus()
  await expect(draft).toHaveCount(0)
  await expect(target(teacher.page)).toContainText('Only Tomek can change this')
  await expect(box(pupil.page, 'plan', 'targets', item, 'pupil_words')).toBeVisible()

  // A program cannot take it away either; whoever is named to write for the pupil may.
  await cannotDelete(server, parent, item, ['plan', 'targets', 'pupil_words'], 'I can join in. '.length)
  const facilitator = await join({ ...meeting, role: 'facilitator' })
  await facilitator.page.getByLabel('Who types for Tomek?').selectOption({ label: 'Miss Qureshi, Class teacher' })
  await expect(draft).toBeVisible()
  await expect(target(parent.page)).toContainText('Only Tomek and Miss Qureshi can change this')
  await expect(teacher.page.locator('#passport .said-by')).toContainText('Only Tomek and you can change this')
  await expect(pupil.page.locator('#targets')).toBeVisible()
  await clean(parent.page)
  await facilitator.page.getByLabel('Who types for Tomek?').selectOption({ label: 'Tomek alone' })
  await expect(draft).toHaveCount(0)
})

test('whoever is named to write for the pupil is shown what the pupil prepared, without a reload', async ({ join }) => {
  const facilitator = await join({ ...meeting, role: 'facilitator' })
  const scribe = await join({ ...meeting, name: 'Adeyemi' })
  const theirs = scribe.page.locator('textarea[id^="pupil-views-"]')
  await expect(theirs).toHaveCount(0)
  await facilitator.page.getByLabel('Who types for Tomek?').selectOption({ label: 'Mr Adeyemi, Key adult' })
  await expect(theirs.first()).toBeVisible()
  await facilitator.page.getByLabel('Who types for Tomek?').selectOption({ label: 'Tomek alone' })
  await expect(theirs).toHaveCount(0)
})

test('what the scribe types for the pupil is the pupil’s: on the page, protected, and in the record', async ({ server, join }) => {
  test.setTimeout(180_000)
  const facilitator = await join({ ...meeting, role: 'facilitator' })
  const scribe = await join({ ...meeting, name: 'Adeyemi' })
  const parent = await join({ ...meeting, role: 'parent', name: 'Marek' })
  const { page } = facilitator
  const says = 'typed by Mr Adeyemi for Tomek'

  await expect(scribe.page.getByRole('button', { name: 'Write down what Tomek says' })).toHaveCount(0)
  await page.getByLabel('Who types for Tomek?').selectOption({ label: 'Mr Adeyemi, Key adult' })
  await expect(page.locator('.seat').filter({ hasText: 'Mr Adeyemi' })).toContainText('types for the pupil')

  // For the pupil, under one button; for himself, under the other.
  const help = scribe.page.locator('#passport')
  await help.getByRole('button', { name: 'Write down what Tomek says' }).first().click()
  await expect(scribe.page.locator('textarea:focus')).toHaveValue('')
  await scribe.page.keyboard.type('Let me draw first.')
  await saved(scribe.page)
  const item = await itemOf(scribe.page.locator('textarea:focus'))
  await help.getByRole('button', { name: 'Add something that would help, in your own words' }).click()
  await expect(scribe.page.locator('textarea:focus')).toHaveValue('')
  await scribe.page.keyboard.type('He draws when he is ready.')
  await saved(scribe.page)
  const ownItem = await itemOf(scribe.page.locator('textarea:focus'))

  const card = (page: Page) => page.locator('#passport li').filter({ hasText: 'Let me draw first.' })
  const cards = [facilitator, parent].map(({ page }) => card(page))
  for (const card of cards) await expect(card.locator('.written-by')).toHaveText(says)
  const own = page.locator('#passport li.beside').filter({ has: box(page, 'passport', 'help', ownItem) })
  await expect(own).toContainText('Mr Adeyemi')
  await expect(own).not.toContainText('for Tomek')

  // Undo takes back what he typed for the pupil, and nothing else.
  const typed = box(scribe.page, 'passport', 'help', item)
  await appends(scribe.page, typed, ' Or count.')
  await scribe.page.keyboard.press('Control+z')
  await expect(typed).toHaveValue('Let me draw first.')
  await scribe.page.keyboard.press('Control+y')
  await expect(typed).toHaveValue('Let me draw first. Or count.')
  await saved(scribe.page)
  for (const card of cards) await expect(card.locator('.written-by')).toHaveText(says)

  // A program cannot take it away, not even in the scribe's own name once he is the scribe no more.
  await page.getByLabel('Who types for Tomek?').selectOption({ label: 'Tomek alone' })
  await expect(typed).toHaveCount(0)
  await expect(card(scribe.page).locator('.written-by')).toHaveText(says)
  for (const who of [parent, scribe]) await cannotDelete(server, who, item)

  // Agreed: whose words, and whose hand.
  await page.getByRole('button', { name: 'Start the meeting' }).click()
  await page.getByLabel('When we meet again').fill(dayAhead(110))
  await boxes(page, 'plan', 'whole', 'expected_impact').fill('Tomek has friends to play with.')
  await saved(page)
  await page.getByRole('button', { name: 'Agree and save' }).click()
  await page.getByRole('button', { name: 'Yes, agree and save' }).click()
  await expect(page.getByRole('link', { name: 'Read the plan' }).first()).toBeVisible()
  const record = JSON.parse(await (await parent.context.request.get(`/meetings/${facilitator.meeting.id}/record.json`)).text())
  const statements = record.passport.flatMap(({ statements }: { statements: unknown[] }) => statements)
  expect(statements.find(({ id }: { id: string }) => id === item)).toMatchObject({
    words: 'Let me draw first. Or count.',
    said_by_name: 'Tomek',
    hands: [{ name: 'Mr Adeyemi', for_pupil: true }],
  })
  await page.goto(`/meetings/${facilitator.meeting.id}/record`)
  await expect(page.locator('.words-lines li').filter({ hasText: 'Let me draw first. Or count.' })).toContainText(says)
  await clean(page)

  // And in the next meeting it is still so.
  await page.getByRole('button', { name: /Start the next/ }).click()
  await page.getByRole('link', { name: 'Open the next meeting' }).click()
  await hydrated(page)
  await expect(card(page).locator('.written-by')).toHaveText(says)
})

/** A program with this person's session deletes from what was typed for the pupil: it is refused. */
async function cannotDelete(
  server: Parameters<typeof signIn>[0],
  { meeting, person }: Joined,
  item: string,
  [section, list, field]: [string, string, string] = ['passport', 'help', 'text'],
  at = 0,
): Promise<void> {
  const connection = socket(server, await signIn(server, person))
  const client = new SectionClient(connection, meeting, section)
  await expect.poll(() => client.synced).toBe(true)
  client.text(list, item, field).delete(at, 3)
  await expect.poll(() => client.events.find(({ event }) => event === 'refused')).toMatchObject({ reason: 'protected-words' })
  connection.destroy()
}
