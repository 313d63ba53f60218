// The record between the meetings: sessions told on a phone, and a looked-after child's education plan, for whoever
// they are for.
import type { Page } from '@playwright/test'
import { clean, fits } from './support/looks.ts'
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
  await session.getByText('Add a line').click()
  await session.getByLabel('What colleagues should know').fill('The choir had the room.')
  await session.getByText('It didn’t', { exact: true }).click()
  await session.getByRole('button', { name: 'Room taken' }).click()
  await expect(session).toContainText('It didn’t happen')
  await expect(session).toContainText('The choir had the room.')
  await expect(page.getByRole('table')).toContainText('0 of 1')

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

test('the designated teacher sees what the education plan lacks', async ({ reads }) => {
  test.setTimeout(120_000)
  const { page } = await reads({ pupil: 'Kai', role: 'facilitator' })
  await page.goto('/')
  await page.getByRole('main').getByRole('link', { name: 'Kai', exact: true }).first().click()
  await page.getByRole('link', { name: 'Personal education plan' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Kai’s education plan')
  const list = page.getByRole('region', { name: 'Is it all there?' })
  await expect(list.getByRole('listitem')).toHaveCount(9)
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
