// A child who was brought in from a file, and the first meeting about them.
import { looksRight } from './support/looks.ts'
import { boxes, openPart, saved } from './support/page.ts'
import { expect, test } from './support/test.ts'

test.use({ school: 'meets somebody new' })

test('a SENCO brings one child in, begins the first meeting, and a target is written', async ({ reads }) => {
  const { page } = await reads({ pupil: 'Tomek', role: 'facilitator' })
  await page.goto('/register')
  const file = { name: 'starters.csv', mimeType: 'text/csv', buffer: Buffer.from('Full name,Year group,Class,Extra help,Needs\nWren Alder,4,4A,K,SLCN\n') }
  await page.getByLabel('The file').setInputFiles(file)
  await page.getByRole('button', { name: 'Show what it would change' }).click()
  await page.getByRole('button', { name: 'Bring it in' }).click()
  await page.getByRole('rowheader').getByRole('link', { name: 'Wren Alder' }).click()
  await page.getByRole('link', { name: 'Begin the first meeting' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Wren’s first meeting')
  await looksRight(page)

  // What is wrong is said, and what was typed is still there.
  await page.getByLabel('Name of guest 1').fill('Hazel Alder')
  await page.getByLabel('Guest 1 comes as').selectOption('Parent or carer')
  const day = await page.getByLabel('Day').inputValue()
  await page.getByLabel('Day').fill('9999-12-31')
  await page.getByRole('button', { name: 'Begin the first meeting' }).click()
  await expect(page.getByRole('alert')).toContainText('more than a year away')
  await expect(page.getByLabel('Name of guest 1')).toHaveValue('Hazel Alder')
  await page.getByLabel('Day').fill(day)
  await page.getByRole('button', { name: 'Begin the first meeting' }).click()

  await expect(page).toHaveURL(/\/meetings\//)
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Wren')
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', 'true')
  await openPart(page, 'targets')
  await page.getByRole('button', { name: 'Add a next step' }).first().click()
  await boxes(page, 'plan', 'targets', 'title').first().fill('Asks for help with a card')
  await saved(page)
})
