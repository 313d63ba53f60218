// Children and colleagues come in: by a file that is looked at first, by a form, and out again by mistake; found by any
// part of a name. For axe, and on a small phone.
import type { Page } from '@playwright/test'
import { looksRight } from './support/looks.ts'
import { expect, signsIn, test } from './support/test.ts'

test.use({ school: 'brings in files' })
test.describe.configure({ timeout: 120_000 })

async function send(page: Page, rows: string): Promise<void> {
  await page.getByLabel('The file').setInputFiles({ name: 'september.csv', mimeType: 'text/csv', buffer: Buffer.from(rows) })
  await page.getByRole('button', { name: 'Show what it would change' }).click()
}

test('a SENCO looks at what a file would change, and leaves it, and brings it in', async ({ reads }) => {
  const { page } = await reads({ pupil: 'Tomek', role: 'facilitator' })
  await page.goto('/register')
  const rows = 'Full name,UPN,Year group,Class,Extra help,Needs,Born\nTomasz \'Tomek\' Wieczorek,E000432100001,Year 5,5 Oak,,,\nAda Mary Invented,,Year 9,9 Yew,K,SLCN,2019-03-01\n'
  await send(page, rows)
  await expect(page.getByText('1 new, 1 changed, 0 as they are. Nothing has changed yet.')).toBeVisible()
  await expect(page.getByText('→ 5 Oak')).toBeVisible()
  await expect(page.getByText('usually in Year 3, and not in Year 9')).toBeVisible()
  await looksRight(page)
  await page.getByRole('link', { name: 'Leave everything as it is' }).click()
  await expect(page.getByRole('table', { name: /SEN register/ })).not.toContainText('Ada Mary')

  await send(page, rows)
  await page.getByRole('button', { name: 'Bring it in' }).click()
  await expect(page.getByText('One child was brought in. One line was changed.')).toBeVisible()
  await expect(page.getByRole('row', { name: /Wieczorek/ })).toContainText('5 Oak')
})

test('a child is added by a form, found from the first page, and taken out again', async ({ reads }) => {
  const { page } = await reads({ pupil: 'Tomek', role: 'facilitator' })
  await page.goto('/register')
  await page.getByRole('link', { name: 'Add one child by a form' }).click()
  await looksRight(page)
  await page.getByLabel('Full name').fill('Zoë Beatrice Invented')
  await page.getByLabel('Extra help').selectOption({ label: 'No special educational need (N)' })
  await page.getByRole('button', { name: 'Add to the register' }).click()
  await expect(page.getByRole('status')).toContainText('The child is on the register.')

  await page.goto('/')
  await page.getByLabel('Part of a name').fill('invented zoë')
  await page.getByRole('button', { name: 'Find' }).click()
  await page.getByRole('rowheader').getByRole('link', { name: 'Zoë Beatrice Invented' }).click()
  await page.getByRole('link', { name: 'Change the register’s line' }).click()
  await page.getByRole('checkbox', { name: /Yes, take Zoë out/ }).check()
  await looksRight(page)
  await page.getByRole('button', { name: 'Take out' }).click()
  await expect(page.getByRole('status').first()).toContainText('The child was taken out of the register.')
  await page.goto('/register?provision=all&name=beatrice')
  await expect(page.getByText('No child is found so.')).toBeVisible()
})

test('colleagues come in by a file, each with a link that is shown once', async ({ server, browser }) => {
  const page = await signsIn(browser, server)
  await page.goto('/staff')
  await looksRight(page)
  await send(page, 'Name,E-mail,Post\nMs Ada Bell,a.bell@larkfield.example,Teacher\nMr Sam Okafor,sam,Janitor\n')
  const wrong = page.getByRole('table', { name: 'Rows to mend' })
  await expect(wrong).toContainText('Write an e-mail')
  await expect(wrong).toContainText('Write one of these')
  await looksRight(page)
  await send(page, 'Name,E-mail,Post\nMs Ada Bell,a.bell@larkfield.example,Teacher\nMr Sam Okafor,s.okafor@larkfield.example,Assistant\n')
  await expect(page.getByText('2 new')).toBeVisible()
  await page.getByRole('button', { name: 'Bring it in' }).click()
  await expect(page.getByText('2 colleagues have accounts.')).toBeVisible()
  await looksRight(page)
  await expect(page.getByLabel('The link for Ms Ada Bell')).toHaveValue(/\/welcome\//)
  await page.goto('/staff')
  await expect(page.getByText('Has not set up the account yet')).not.toHaveCount(0)
  await expect(page.getByText('Mr Sam Okafor', { exact: true })).toBeVisible()
})

test('on a small phone no table is pushed from side to side, and it is a table all the same', async ({ reads }) => {
  const { page } = await reads({ pupil: 'Tomek', role: 'facilitator' })
  await page.setViewportSize({ width: 360, height: 740 })
  await page.goto('/register')
  const child = (await page.getByRole('link', { name: /Wieczorek/ }).getAttribute('href'))!
  const wide = async () => page.locator('.table-scroll').evaluateAll((tables) => tables.filter((table) => table.scrollWidth > table.clientWidth).map((table) => table.textContent))
  for (const [path, name, column] of [[child, 'The extra help', 'Who'], ['/impact', 'The difference each help made, in numbers', 'Got there']] as const) {
    await page.goto(path)
    const table = page.getByRole('table', { name })
    await expect(table.getByRole('columnheader', { name: column })).toHaveCount(1)
    await expect(table.getByRole('rowheader').first()).toBeVisible()
    expect(await wide(), path).toEqual([])
  }
  await page.goto('/register')
  await send(page, 'Full name,Extra help,Needs\nA name that is quite long and has no end,K,SALT\n')
  await expect(page.getByRole('table', { name: 'Rows to mend' }).getByRole('cell', { name: 'In the file: SALT' })).toBeVisible()
  expect(await wide()).toEqual([])
})
