// The school around its meetings: a child's page, the first page of staff, the register and its files, who gets what,
// what worked. For whoever they are for, with scripts and without, on a phone, by keyboard, for axe.
import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { clean, fits } from './support/looks.ts'
import { expect, test } from './support/test.ts'

test.use({ school: 'has a record' })

const pages = ['/', '/register', '/map', '/impact']
const senco = { pupil: 'Tomek', role: 'facilitator' }

test('a SENCO goes from the first page to a child, their record, and back to what was promised', async ({ reads }) => {
  const { page } = await reads(senco)
  await page.goto('/')
  await expect(page.getByRole('navigation', { name: 'School' })).toContainText('Who gets what')
  await page.getByLabel('Part of a name').fill('tom')
  await page.getByRole('button', { name: 'Find' }).click()
  await page.getByRole('link', { name: /Wieczorek/ }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Tomek')
  await expect(page.locator('.child-head')).toContainText('SEN support K')
  await expect(page.locator('.child-head')).toContainText('Autism ASD')
  const cycle = page.getByRole('article', { name: 'Summer 2026' })
  await expect(cycle).toContainText('37 of 42 sessions happened.')
  await expect(cycle).toContainText('I did it')
  await cycle.getByRole('link', { name: /Record/ }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Tomek')
})

test('three cycles are told on one screen, on a phone in little more, and every word of them is one click away', async ({ reads }) => {
  const { page } = await reads(senco)
  await page.goto('/register')
  await page.getByRole('link', { name: /Wieczorek/ }).click()
  const cycles = page.getByRole('region', { name: 'The last three cycles' })
  for (const [width, height, atMost] of [[1280, 800, 620], [360, 740, 1100]] as const) {
    await page.setViewportSize({ width, height })
    expect((await cycles.boundingBox())!.height, `${width} wide`).toBeLessThanOrEqual(atMost)
    const spring = cycles.getByRole('article', { name: 'Spring 2026' })
    for (const words of ['I can come in by the quiet door.', 'I did it', '1 morning out of 5', '58 of 77 sessions happened.', 'Decided next: keep the extra help.']) {
      await expect(spring.getByText(words), `${words} ${width} wide`).toBeVisible()
    }
    await expect(spring.getByText('We didn’t get to try it')).toBeVisible()
    await expect(spring.getByRole('link', { name: /Record/ })).toBeVisible()
  }
  await expect(page.getByText('He says goodbye at the gate now.')).toBeHidden()
  await cycles.getByText('All of it, and who said what').click()
  // On what day, too: the demo’s days move with today.
  for (const words of ['He says goodbye at the gate now.', /^1 morning out of 5 \(\d+ \w+ 20\d\d\)/]) await expect(page.getByText(words)).toBeVisible()
  await fits(page)
  await clean(page)
})

test('the passport stands on one page of its own', async ({ reads }) => {
  const { page } = await reads({ pupil: 'Tomek', role: 'parent', name: 'Agnieszka' })
  await page.goto('/')
  // A family's first page is their meetings alone.
  await expect(page.getByRole('navigation', { name: 'School' })).toHaveCount(0)
  await expect(page.getByText('Find a child')).toHaveCount(0)
  await page.getByRole('main').getByRole('link', { name: 'Tomek', exact: true }).first().click()
  await expect(page.locator('.child-head')).not.toContainText('UPN')
  await page.getByRole('link', { name: 'The passport, on one page' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Tomek’s passport')
  const sheet = page.locator('.passport-sheet')
  // The child's own words are marked, and it is said how and when they were taken down; what adults say has their names.
  await expect(sheet.locator('.is-pupils').filter({ hasText: 'Say my name first. Then say one thing. Then wait.' })).toBeVisible()
  await expect(sheet.locator('.is-pupils').last()).toHaveText(/^“– Tomek” stands beside Tomek’s own words\. .*Spoken, typed by an adult in the pupil's own words, \d+ \w+ 20\d\d/)
  await expect(sheet.locator('.is-others').filter({ hasText: 'He is gentle with his baby sister.' })).toContainText('– Agnieszka')
  await expect(sheet.locator('.is-pupils').filter({ hasText: 'He is gentle with his baby sister.' })).toHaveCount(0)
  const inTests = sheet.locator('section').filter({ has: page.getByRole('heading', { name: 'Help in tests' }) })
  await expect(inTests).toContainText(/Questions read aloud.*: normal way of working, since/)
  await clean(page)
})

test('axe finds nothing on the pages of the school, in light and dark', async ({ reads }) => {
  test.setTimeout(120_000)
  const { page } = await reads(senco)
  await page.goto('/register')
  const child = (await page.getByRole('link', { name: /Wieczorek/ }).getAttribute('href'))!
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    for (const path of [...pages, child]) {
      await page.goto(path)
      await clean(page)
    }
  }
})

test('nothing scrolls sideways on a small phone', async ({ reads }) => {
  const { page } = await reads(senco)
  await page.goto('/register')
  const child = (await page.getByRole('link', { name: /Wieczorek/ }).getAttribute('href'))!
  await page.setViewportSize({ width: 320, height: 640 })
  for (const path of [...pages, child, `${child}/passport`]) {
    await page.goto(path)
    await fits(page, path)
  }
})

test('filters and files work with scripts off', async ({ server, browser, reads }) => {
  const { context } = await reads(senco)
  const quiet = await browser.newContext({ javaScriptEnabled: false, storageState: await context.storageState(), baseURL: server.url })
  const page = await quiet.newPage()
  await page.goto('/map')
  await page.getByLabel('Year group').selectOption('Year 6')
  await page.getByRole('button', { name: 'Show' }).click()
  await expect(page).toHaveURL(/year=Year(\+|%20)6/)
  const table = page.getByRole('table', { name: /Each kind of help/ })
  await expect(table).toContainText('Kai')
  await expect(table).not.toContainText('Tomek')

  // A file with something wrong in it changes nothing, and says where.
  await page.goto('/register')
  const send = async (rows: string) => {
    await page.getByLabel('The file').setInputFiles({ name: 'starters.csv', mimeType: 'text/csv', buffer: Buffer.from(rows) })
    await page.getByRole('button', { name: 'Show what it would change' }).click()
  }
  await send('Full name,Extra help,Needs\nInvented One,K,SLCN\nInvented Two,K,SALT\n')
  await expect(page.getByRole('heading', { name: 'Your file was not brought in' })).toBeVisible()
  await expect(page.getByRole('table', { name: 'Rows to mend' })).toContainText('SALT')
  await send('Full name,Extra help,Needs\nInvented One,K,SLCN\nInvented Two,K,SEMH\n')
  await expect(page.getByText('2 new, 0 changed')).toBeVisible()
  await page.getByRole('button', { name: 'Bring it in' }).click()
  await expect(page.getByText('2 children were brought in.')).toBeVisible()
  await expect(page.getByRole('table', { name: /SEN register/ })).toContainText('Invented Two')

  const download = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Download as a spreadsheet' }).click()
  expect((await download).suggestedFilename()).toBe('sen-register.csv')

  // What went out comes in again for the new school year: one class has another name.
  const out = await readFile((await (await download).path())!, 'utf8')
  await page.getByLabel('The file').setInputFiles({ name: 'september.csv', mimeType: 'text/csv', buffer: Buffer.from(out.replace('"4Q"', '"5 Oak"')) })
  await page.getByRole('button', { name: 'Show what it would change' }).click()
  await expect(page.getByText('0 new, 1 changed')).toBeVisible()
  await expect(page.locator('.step')).toContainText('4Q → 5 Oak')
  await page.getByRole('button', { name: 'Bring it in' }).click()
  await expect(page.getByText('One line was changed.')).toBeVisible()
  await quiet.close()
})
