// Agreeing: each answers for themselves, the record is made, nothing changes after, and the next cycle starts from it.
import { createHash } from 'node:crypto'
import type { Page } from '@playwright/test'
import { boxes, dayAhead, openPart, saved } from './support/page.ts'
import { expect, test } from './support/test.ts'
import { SectionClient, signIn, socket } from './support/yjs.ts'

test.use({ school: 'agrees' })

/** Whether none of a page’s boxes can be written in any more, before the first of them becomes words. */
function closesAtOnce(page: Page): Promise<boolean> {
  return page.evaluate(
    () =>
      new Promise((resolve) => {
        const boxes = () => [...document.querySelectorAll<HTMLTextAreaElement>('.cofield textarea')]
        const before = boxes().length
        new MutationObserver((_, observer) => {
          const now = boxes()
          if (now.length === before) return
          observer.disconnect()
          resolve(now.every(({ readOnly }) => readOnly))
        }).observe(document.body, { childList: true, subtree: true })
      }),
  )
}

test('they answer, one of them against; it is saved, closed, readable, and carried on', async ({ server, join }) => {
  test.setTimeout(120_000)
  const meeting = { pupil: 'Tomek', stage: 'preparing' }
  const facilitator = await join({ ...meeting, role: 'facilitator' })
  const parent = await join({ ...meeting, role: 'parent', name: 'Marek' })
  const pupil = await join({ ...meeting, role: 'pupil' })
  const teacher = await join({ ...meeting, role: 'teacher' })
  const { page } = facilitator

  // A specialist's Yjs program is at the table too, and will be told like everybody else.
  const specialist = server.meetings().find(({ id }) => id === facilitator.meeting.id)!.people.find(({ role }) => role === 'specialist')!
  const connection = socket(server, await signIn(server, specialist))
  const plan = new SectionClient(connection, facilitator.meeting, 'plan')
  await expect.poll(() => plan.synced).toBe(true)

  // The button goes, and who pressed it by keyboard stays at the bar it was on.
  await page.getByRole('button', { name: 'Start the meeting' }).press('Enter')
  await expect(page.locator('#tray')).toBeFocused()
  for (const { page } of [facilitator, parent, teacher]) {
    await expect(page.locator('.stages [aria-current="step"]')).toHaveText('Together')
  }

  // Before anybody was called anywhere, the next part is the one after what the facilitator has before them.
  const next = page.locator('#tray').getByRole('button', { name: /Next part/ })
  await expect(next).toHaveText(/What we like and admire/)
  await openPart(page, 'targets')
  await expect(next).toHaveText(/Who does what by when/)
  await next.click()
  // Whoever comes back is offered the way there too, and reads nothing of saving who has typed nothing.
  await teacher.context.addInitScript(() => {
    const read: string[] = []
    Object.assign(window, { read })
    new MutationObserver(() => read.push(document.querySelector('.save-state')?.textContent ?? '')).observe(document, {
      childList: true,
      subtree: true,
    })
  })
  await teacher.page.reload()
  await expect(teacher.page.locator('.go-there')).toContainText('has moved on to Who does what by when')
  await saved(teacher.page)
  expect(await teacher.page.evaluate(() => (window as unknown as { read: string[] }).read)).not.toContain('Saving…')
  await teacher.page.getByRole('button', { name: 'Stay here' }).press('Enter')
  await expect(teacher.page.locator('.go-there')).toHaveCount(0)
  await expect(teacher.page.locator('.at-hand')).toBeFocused()

  // Each answers for themselves.
  for (const [who, choice, comment] of [
    [parent, 'I disagree with a part', 'Not the big hall on Fridays. Ask Tomek first.'],
    [teacher, 'I disagree with a part', 'Too many new things at once.'],
    [teacher, 'I agree', ''],
    [pupil, 'Yes, I agree', ''],
    [facilitator, 'I agree, with a comment', 'We will ask Tomek in January.'],
  ] as const) {
    await openPart(who.page, 'agree')
    if (comment) {
      // Without the words it says nothing, so it is asked for in its place.
      await who.page.getByRole('radio', { name: choice, exact: true }).check()
      await who.page.getByRole('button', { name: 'Give my answer' }).click()
      await expect(who.page.locator('#my-comment')).toBeFocused()
      await expect(who.page.locator('#my-comment')).toHaveAccessibleDescription(/Say which part|Write what/)
    }
    await who.page.getByRole('radio', { name: choice, exact: true }).check()
    if (comment) await who.page.getByLabel(/comment|words/i).last().fill(comment)
    await who.page.getByRole('button', { name: 'Give my answer' }).click()
    await expect(who.page.locator('#agree')).toContainText('You')
  }
  await expect(page.locator('#agree')).toContainText('Not the big hall on Fridays')
  // Whoever agrees after all has not said against it what they said before.
  await expect(page.locator('#agree')).not.toContainText('Too many new things')

  // What the Code asks for is said until it is there.
  await page.getByLabel('When we meet again').fill(dayAhead(110))
  await boxes(page, 'plan', 'whole', 'expected_impact').fill('Tomek has friends to play with, and words for how he is.')
  const closing = [facilitator, parent, pupil, teacher].map(({ page }) => closesAtOnce(page))
  // Whoever clicks twice out of habit is still asked.
  await page.getByRole('button', { name: 'Agree and save' }).dblclick()
  await expect(page.getByRole('button', { name: 'Yes, agree and save' })).toBeVisible()
  await page.getByRole('button', { name: 'Yes, agree and save' }).click()
  expect(await Promise.all(closing)).toEqual([true, true, true, true])

  // Said where they are looking, however far down the page that is.
  for (const { page } of [parent, pupil]) {
    await expect(page.locator('.at-hand .notice').getByRole('link', { name: 'Read the plan' })).toBeInViewport()
  }
  await expect(page.locator('.timer')).toHaveCount(0)

  // Closed for everybody, within a second, in every open page and program.
  for (const { page } of [facilitator, parent, teacher, pupil]) {
    await expect(page.locator('textarea[id^="plan-"]')).toHaveCount(0, { timeout: 3_000 })
    await expect(page.getByRole('link', { name: 'Read the plan' }).first()).toBeVisible()
    await expect(page.locator('#agree')).not.toContainText(/when you are ready|Not answered yet/)
  }
  await expect(page.locator('#agree')).toContainText('Gave no answer')
  plan.text('targets', plan.items('targets')[0].id, 'success').insert(0, 'after the bell ')
  await expect.poll(() => plan.events.find(({ event }) => event === 'refused')).toMatchObject({ reason: 'agreed' })
  connection.destroy()

  // The family's copy.
  const record = await parent.context.request.get(`/meetings/${facilitator.meeting.id}/record.json`)
  expect(record.status()).toBe(200)
  const json = await record.text()
  const agreed = JSON.parse(json)
  expect(agreed.targets.length).toBeGreaterThan(0)
  expect(json).not.toContain('after the bell')
  expect(agreed.agreements).toContainEqual(
    expect.objectContaining({ response: 'partly_disagree', comment: 'Not the big hall on Fridays. Ask Tomek first.' }),
  )
  const hash = createHash('sha256').update(json).digest('hex')
  await parent.page.goto(`/meetings/${facilitator.meeting.id}/record`)
  await expect(parent.page.locator('body')).toContainText('Not the big hall on Fridays')
  await expect(parent.page.locator('body')).toContainText(hash.slice(0, 4))
  // What is hard and how it is known: the steps answer it.
  expect(agreed.needs.length).toBeGreaterThan(0)
  await expect(parent.page.getByRole('region', { name: 'What we know' })).toContainText(agreed.needs[0].evidence)
  await expect(parent.page.locator('body')).not.toContainText('£')

  // The next cycle starts from it.
  await page.goto(`/meetings/${facilitator.meeting.id}/record`)
  await page.getByRole('button', { name: /Start the next/ }).click()
  await page.getByRole('link', { name: 'Open the next meeting' }).click()
  await page.waitForURL((url) => /\/meetings\/[0-9a-f-]{36}$/.test(url.pathname) && !url.pathname.includes(facilitator.meeting.id))
  await expect(boxes(page, 'review', 'targets', 'exit').first()).toBeVisible()
  await expect(page.locator('body')).toContainText('Say my name first')
})
