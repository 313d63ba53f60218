// When something is wrong, the page says what happened, what was kept and what to do next.
import { boxes, saved } from './support/page.ts'
import { expect, find, test } from './support/test.ts'

test('an unknown link says so, and who to ask', async ({ server, page }) => {
  const response = await page.goto(`${server.url}/join/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA`)
  expect(response!.status()).toBeGreaterThanOrEqual(400)
  await expect(page.locator('main')).toContainText('expired or was taken back')
  await expect(page.locator('main')).toContainText('Ask the person who invited you')
})

test('opening a link uses nothing up: a mail scanner may look first', async ({ server, page, join }) => {
  const { meeting, person } = find(server.meetings(), { pupil: 'Tomek', stage: 'preparing', role: 'parent' })
  for (let looks = 0; looks < 3; looks++) {
    const response = await page.goto(person.join_url)
    expect(response!.status()).toBe(200)
    // Nothing about the child before somebody has joined.
    expect(await page.content()).not.toContain(meeting.pupil)
  }
  await expect(page.getByRole('button', { name: 'Join the meeting' })).toBeVisible()
  await join({ pupil: 'Tomek', stage: 'preparing', role: 'parent' })
})

test('a meeting that does not exist, or is not yours, is the same plain page', async ({ server, page, join }) => {
  const { page: mine } = await join({ pupil: 'Tomek', stage: 'preparing', role: 'parent' })
  const foreign = server.meetings().find(({ pupil }) => pupil !== 'Tomek')!
  for (const id of ['00000000-0000-0000-0000-000000000000', foreign.id]) {
    const response = await mine.goto(`/meetings/${id}`)
    expect(response!.status()).toBe(404)
    await expect(mine.locator('main')).toContainText('There is nothing here, or it is not for you to see')
  }
  const signedOut = await page.goto(`${server.url}/meetings/${foreign.id}`)
  expect(signedOut!.status()).toBe(401)
  await expect(page.locator('main')).toContainText('Open your own link again')
})

test('a text over the limit is refused in plain words, and the words are kept', async ({ join }) => {
  const { page } = await join({ pupil: 'Tomek', stage: 'preparing', role: 'teacher' })
  const first = boxes(page, 'plan', 'targets', 'impact').first()
  // The box itself stops at the limit; a page that did not is refused.
  await first.evaluate((box) => box.removeAttribute('maxlength'))
  await first.fill('too long '.repeat(400))
  await expect(page.locator('.kept')).toContainText('too long')
  await expect(page.locator('.kept-words')).toContainText('too long too long')
  // The page goes on by itself, once they pause: until then all they type is kept with the rest.
  await expect(first).toHaveValue('')
  await first.fill('short')
  await saved(page)
  await page.reload()
  await expect(first).toHaveValue('short')
})

test('what was refused takes nothing from undo: one’s own earlier words in that box can still be taken back', async ({
  join,
}) => {
  const { page } = await join({ pupil: 'Tomek', stage: 'preparing', role: 'teacher' })
  const box = boxes(page, 'plan', 'targets', 'impact').nth(1)
  await box.pressSequentially('He waits for his turn.')
  await saved(page)
  await box.press('End')
  await box.evaluate((text) => text.removeAttribute('maxlength'))
  await page.keyboard.insertText(' too long'.repeat(400))
  await expect(page.locator('.kept')).toContainText('too long')
  await expect(box).toHaveValue('He waits for his turn.')
  await box.press('Control+z')
  await expect(box).toHaveValue('')
  await saved(page)
  await box.press('Control+y')
  await expect(box).toHaveValue('He waits for his turn.')
  await saved(page)
  await page.reload()
  await expect(box).toHaveValue('He waits for his turn.')
})

test('a page whose module has stopped does not go on saying “Saved”: it says so, takes no more, and leaves the words', async ({ join }) => {
  const { page, meeting, context } = await join({ pupil: 'Tomek', stage: 'preparing', role: 'teacher' })
  const first = boxes(page, 'plan', 'targets', 'impact').first()
  await first.fill('Before it stoppe')
  await first.press('d')
  await saved(page)
  // No clock goes backwards, and so nothing in the module is made for one that does.
  await page.evaluate(() => { performance.now = () => 0 })
  await page.keyboard.type('!')
  const news = page.getByRole('alert').filter({ hasText: 'This page has stopped' })
  await expect(news).toContainText('What was saved is safe')
  await expect(page.locator('.save-state')).toHaveText(['Cannot save – do not close'])
  await page.keyboard.type(' Into nowhere')
  await expect(first).toHaveValue(/^Before it stopped!?$/)
  await expect(first).not.toBeEditable()
  await news.getByRole('link', { name: 'Load the page again' }).click()
  await expect(page).toHaveURL(new RegExp(`/meetings/${meeting.id}$`))
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', 'true')
  await expect(boxes(page, 'plan', 'targets', 'impact').first()).toHaveValue(/^Before it stopped!?$/)
  await context.close()
})

test('with the database away people read “Saving…”, and then it is saved', async ({ server, join }) => {
  const { page } = await join({ pupil: 'Tomek', stage: 'preparing', role: 'teacher' })
  const { page: reader } = await join({ pupil: 'Tomek', stage: 'preparing', role: 'parent' })
  const [mine, theirs] = [page, reader].map((page) => boxes(page, 'plan', 'targets', 'title').first())
  await saved(page)
  const postgres = await server.postgresPids()
  try {
    for (const pid of postgres) process.kill(pid, 'SIGSTOP')
    await mine.fill('Written while the database was away')
    await expect(page.locator('.save-state')).toHaveText('Saving…')
    // Nobody sees what is not kept.
    await expect(theirs).not.toHaveValue('Written while the database was away')
  } finally {
    for (const pid of postgres) process.kill(pid, 'SIGCONT')
  }
  await saved(page)
  await expect(theirs).toHaveValue('Written while the database was away')
})
