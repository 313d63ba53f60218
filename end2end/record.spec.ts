// The record between the meetings: sessions told on a phone, and a looked-after child's education plan, for whoever
// they are for.
import type { Page } from '@playwright/test'
import { clean, fits } from './support/looks.ts'
import { openPart, saved } from './support/page.ts'
import { expect, test } from './support/test.ts'

test.use({ school: 'has a log' })

// Where SHOTS says so, pictures to be looked at.
async function shot(page: Page, name: string): Promise<void> {
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: true })
}

async function looks(page: Page, name: string): Promise<void> {
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 800 })
    await fits(page)
    await shot(page, `${name}-${width}`)
  }
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await clean(page)
    if (colorScheme === 'dark') await shot(page, `${name}-dark`)
  }
}

test('an assistant tells a session with one tap on a phone, and changes it, without scripts', async ({ reads, browser, server }) => {
  test.setTimeout(120_000)
  const { context } = await reads({ pupil: 'Tomek', role: 'assistant' })
  const plain = await browser.newContext({ baseURL: server.url, javaScriptEnabled: false, storageState: await context.storageState() })
  const page = await plain.newPage()
  await page.setViewportSize({ width: 360, height: 740 })
  await page.goto('/delivery')
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Mr Adeyemi')
  const session = page.getByRole('region', { name: /Narrative group/ })
  await session.getByRole('button', { name: 'It happened' }).click()
  await expect(session).toContainText('It happened')
  await expect(session).toContainText('1 of 3 told this week')

  await session.getByText('Change', { exact: true }).click()
  const change = session.locator('details').first()
  await change.getByText('Add a line').click()
  await change.getByLabel('What colleagues should know').fill('The choir had the room.')
  await change.getByText('It didn’t', { exact: true }).click()
  await change.getByRole('button', { name: 'Room taken' }).click()
  await expect(session).toContainText('It didn’t happen')
  await expect(session).toContainText('The choir had the room.')
  await expect(page.getByRole('table')).toContainText('0 of 1')

  // After lunch it was given again.
  await session.getByText('There was another one this day').click()
  await session.getByRole('button', { name: 'It happened' }).click()
  const second = page.getByRole('region', { name: /Narrative group.*, number 2 of this day/ })
  await expect(second).toContainText('2 of 3 told this week')
  await expect(page.getByRole('table')).toContainText('1 of 2')
  await second.getByText('Change', { exact: true }).click()
  await second.getByRole('button', { name: /Take it back/ }).click()

  await session.getByText('Change', { exact: true }).click()
  await session.getByRole('button', { name: /Take it back/ }).click()
  await expect(session.getByRole('button', { name: 'It happened' })).toBeVisible()
  await plain.close()
})

test('a SENCO sees everybody’s sessions, and what was told counts on the map', async ({ reads }) => {
  test.setTimeout(120_000)
  const { page } = await reads({ pupil: 'Tomek', role: 'facilitator' })
  await page.goto('/delivery')
  await page.getByLabel('Given by').selectOption({ label: 'Everybody’s' })
  await page.getByRole('button', { name: 'Show' }).click()
  const session = page.getByRole('region', { name: /Early quiet lunch/ })
  await session.getByRole('button', { name: 'It happened' }).click()
  await expect(session).toContainText('1 of 5 told this week')
  const open = page.getByRole('region', { name: /Board-game club/ })
  await open.getByText('It didn’t', { exact: true }).click()
  await looks(page, 'delivery')
  await page.goto('/map')
  await expect(page.locator('.welcome')).toContainText('1 of 1 sessions happened')
})

test('at the review everybody reads what was told on the day, three voices judge, and the child’s page says both', async ({ join, reads }) => {
  test.setTimeout(120_000)
  const { page: told } = await reads({ pupil: 'Tomek', name: 'Qureshi' })
  await told.goto('/delivery?who=everybody')
  const session = told.getByRole('region', { name: /Narrative group/ })
  await session.getByText('It didn’t', { exact: true }).click()
  await session.getByRole('button', { name: 'Room taken' }).click()
  await expect(session).toContainText('It didn’t happen')

  // Beside the question whether it happened, and not a second time below.
  const { page: senco } = await join({ pupil: 'Tomek', stage: 'preparing', role: 'facilitator' })
  const { page: parent } = await join({ pupil: 'Tomek', stage: 'preparing', name: 'Agnieszka' })
  const { page: teacher } = await join({ pupil: 'Tomek', stage: 'preparing', name: 'Qureshi' })
  const { page: child } = await join({ pupil: 'Tomek', stage: 'preparing', role: 'pupil' })
  for (const page of [senco, parent, teacher]) {
    const row = page.locator('#last .plain-row').filter({ hasText: /Told on the day of “Narrative group.*”: 0 of 1 sessions happened; not: the room was taken\./ })
    await expect(row).toHaveCount(1)
    await expect(row.getByRole('textbox', { name: 'The help' })).toHaveValue(/Narrative group/)
    await expect(page.locator('#told')).toHaveCount(0)
  }
  for (const width of [1280, 360]) {
    await teacher.setViewportSize({ width, height: 800 })
    await openPart(teacher, 'last')
    await fits(teacher)
    if (process.env.SHOTS) await teacher.locator('#last .plain-row').first().screenshot({ path: `${process.env.SHOTS}/told-${width}.png` })
  }
  await teacher.setViewportSize({ width: 1280, height: 800 })
  await clean(teacher)
  await expect(child.getByText('Told on the day')).toHaveCount(0)

  // The child taps, and the others choose: three scores of one target, none of them anybody else’s.
  await senco.getByRole('button', { name: 'Start the meeting' }).click()
  await openPart(child, 'last')
  await child.locator('.review').first().getByRole('radio', { name: '10', exact: true }).check()
  await saved(child)
  const review = (page: Page) => page.locator('#last .review').first()
  await review(parent).locator('select[id$="-after_home"]').selectOption('4')
  await review(teacher).locator('select[id$="-after_school"]').selectOption('9')
  await review(teacher).locator('select[id$="-rating"]').selectOption('PARTLY')
  for (const page of [parent, teacher]) await saved(page)
  for (const [voice, score] of [['pupil', '10'], ['home', '4'], ['school', '9']]) {
    await expect(review(senco).locator(`select[id$="-after_${voice}"]`)).toHaveValue(score!)
  }
  await senco.getByRole('button', { name: 'Agree and save' }).click()
  await senco.getByRole('button', { name: 'Yes, agree and save' }).click()
  await expect(senco.getByRole('link', { name: 'Read the plan' }).first()).toBeVisible()

  // What the meeting found stands on the child's page for the family, the three voices beside each other.
  await parent.goto('/')
  await parent.getByRole('main').getByRole('link', { name: 'Tomek', exact: true }).first().click()
  await parent.getByText('All of it, and who said what').click()
  const cycle = parent.locator('.more .cycle').filter({ has: parent.getByText('I can', { exact: false }) }).nth(-2)
  await expect(cycle.getByRole('list', { name: 'Scores out of ten, before and now' }).first()).toContainText(/to 10.*to 4.*to 9/s)
})

test('the designated teacher sees what the education plan lacks', async ({ reads }) => {
  test.setTimeout(120_000)
  const { page } = await reads({ pupil: 'Kai', role: 'facilitator' })
  await page.goto('/')
  await page.getByRole('main').getByRole('link', { name: 'Kai', exact: true }).first().click()
  await page.getByRole('link', { name: 'Personal education plan' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Kai’s education plan')
  const list = page.getByRole('region', { name: 'Is it all there?' })
  await expect(list.getByRole('listitem')).toHaveCount(11)
  await expect(list).toContainText('Amber so far')
  await expect(page.getByRole('region', { name: 'Pupil premium plus' })).toContainText('£266.00 of £380.00 spent.')
  await looks(page, 'pep')
})

test('a carer is told that there is no such page', async ({ reads }) => {
  const { page } = await reads({ pupil: 'Kai', role: 'parent', name: 'Pat' })
  await page.goto('/')
  const child = (await page.getByRole('main').getByRole('link', { name: 'Kai', exact: true }).first().getAttribute('href'))!
  await page.goto(child)
  await expect(page.getByRole('link', { name: 'Personal education plan' })).toHaveCount(0)
  const pep = await page.goto(`${child}/pep`)
  expect(pep!.status()).toBe(404)
  const delivery = await page.goto('/delivery')
  expect(delivery!.ok()).toBe(false)
})
