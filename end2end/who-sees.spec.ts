// The school's record, page by page, as each person has it: the SENCO, a class teacher, the designated teacher, a parent
// and the pupil. One row for each thing a school's record holds: passport, plan, education plan, map, sessions, impact,
// records.
import type { Page } from '@playwright/test'
import { type Reads, expect, test } from './support/test.ts'

test.use({ school: 'is read by everybody' })
test.describe.configure({ timeout: 120_000 })

const people = {
  senco: { pupil: 'Tomek', role: 'facilitator' },
  teacher: { pupil: 'Tomek', name: 'Qureshi' },
  designated: { pupil: 'Kai', role: 'facilitator' },
  parent: { pupil: 'Tomek', name: 'Agnieszka' },
  pupil: { pupil: 'Tomek', role: 'pupil' },
}

/** Where a child's page is, by the register of the SENCO. */
async function child(reads: Reads, name: RegExp): Promise<string> {
  const { page } = await reads(people.senco)
  await page.goto('/register')
  return (await page.getByRole('link', { name }).getAttribute('href'))!
}

async function status(page: Page, path: string): Promise<number> {
  return (await page.goto(path))!.status()
}

test('each has their own first page, with what is due to them and of no other child', async ({ reads }) => {
  for (const who of ['senco', 'teacher', 'designated', 'parent', 'pupil'] as const) {
    const { page } = await reads(people[who])
    await page.goto('/')
    const [own, other] = who === 'designated' ? ['Kai', 'Tomek'] : ['Tomek', 'Kai']
    await expect(page.getByRole('region', { name: 'Meetings to come' }), who).toContainText(own)
    const year = page.getByRole('region', { name: 'Three meetings a year' })
    if (who === 'parent' || who === 'pupil') {
      await expect(year, who).toHaveCount(0)
    } else {
      const line = year.getByRole('listitem').filter({ hasText: own })
      await expect(line, who).toContainText(/[0-3] of 3 held/)
      await expect(line, who).toContainText(/Review by|late/i)
    }
    if (who !== 'senco') await expect(page.getByRole('main'), who).not.toContainText(other)
  }
})

test('the passport and the last cycles are read by everybody round the child, and by nobody else', async ({ reads }) => {
  const tomek = await child(reads, /Wieczorek/)
  for (const who of ['senco', 'teacher', 'parent', 'pupil'] as const) {
    const { page } = await reads(people[who])
    await page.goto(`${tomek}/passport`)
    await expect(page.getByText('Say my name first. Then say one thing. Then wait.'), who).toBeVisible()
    await page.goto(tomek)
    const cycle = page.getByRole('article', { name: 'Summer 2026' })
    await expect(cycle, who).toContainText('37 of 42 sessions happened.')
    // A child is more than a code, and a family pays for nothing here.
    await expect(page.locator('.child-head').getByText('Main need')).toHaveCount(who === 'pupil' ? 0 : 1)
    await expect(page.locator('.child-head').getByText('UPN', { exact: true })).toHaveCount(who === 'senco' || who === 'teacher' ? 1 : 0)
    await expect(page.getByRole('button', { name: 'Download everything' })).toHaveCount(who === 'senco' ? 1 : 0)
    if (who !== 'senco') await expect(page.getByText('£')).toHaveCount(0)
    // The child's own rows of who gets what.
    await expect(page.getByRole('table', { name: 'The extra help' }), who).toContainText('Narrative group')
  }
  const { page } = await reads(people.designated)
  expect(await status(page, tomek), 'not at this child’s table').toBe(404)
})

test('a looked-after child’s education plan is for those who answer for it', async ({ reads }) => {
  const kai = await child(reads, /Renshaw/)
  for (const who of ['senco', 'designated'] as const) {
    const { page } = await reads(people[who])
    expect(await status(page, `${kai}/pep`), who).toBe(200)
    await expect(page.getByText('Pupil premium plus').first()).toBeVisible()
  }
  for (const wanted of [people.teacher, people.parent, people.pupil, { pupil: 'Kai', role: 'pupil' }, { pupil: 'Kai', name: 'Fenn' }]) {
    const { page } = await reads(wanted)
    expect(await status(page, `${kai}/pep`), JSON.stringify(wanted)).toBe(404)
    await expect(page.getByText('premium')).toHaveCount(0)
  }
})

test('who gets what: all of it with costs, one’s own without, or nothing', async ({ reads }) => {
  const { page: senco } = await reads(people.senco)
  await senco.goto('/map')
  const table = (page: Page) => page.getByRole('table', { name: /Each kind of help/ })
  await expect(table(senco)).toContainText('£')
  await expect(table(senco)).toContainText('Kai')
  for (const [who, own, other] of [['teacher', 'Tomek', 'Kai'], ['designated', 'Kai', 'Tomek']] as const) {
    const { page } = await reads(people[who])
    await page.goto('/map')
    await expect(table(page)).toContainText(own)
    await expect(table(page)).not.toContainText(other)
    await expect(page.getByText('£')).toHaveCount(0)
  }
  for (const who of ['parent', 'pupil'] as const) {
    const { page } = await reads(people[who])
    for (const path of ['/register', '/map', '/impact', '/delivery']) {
      expect(await status(page, path), `${who}: ${path}`).toBe(403)
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('That is not yours to open')
    }
  }
})

test('a class teacher tells a session of their own children, and nobody else’s', async ({ reads }) => {
  for (const [who, own, other] of [['teacher', 'Tomek', 'Kai'], ['designated', 'Kai', 'Tomek']] as const) {
    const { page } = await reads(people[who])
    await page.goto('/delivery')
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await expect(page.getByText(other)).toHaveCount(0)
    await page.goto('/delivery?who=everybody')
    await expect(page.getByText(other)).toHaveCount(0)
    const session = page.locator('.session').filter({ hasText: own }).first()
    const help = (await session.getByRole('heading').textContent())!
    await session.getByRole('button', { name: 'It happened' }).click()
    await expect(page.locator('.session').filter({ hasText: help }).getByText('Change', { exact: true })).toBeVisible()
    await page.goto('/register')
    await expect(page.getByRole('table', { name: /SEN register/ })).toContainText(own === 'Tomek' ? 'Wieczorek' : 'Renshaw')
  }
})

test('what worked says what to do next, and that few children are few', async ({ reads }) => {
  for (const who of ['senco', 'teacher', 'designated'] as const) {
    const { page } = await reads(people[who])
    await page.goto('/impact')
    const first = page.locator('.worked').first()
    await expect(first.locator('.worked-next')).toContainText('Too few to tell')
    await expect(first.locator('.worked-next')).toContainText(/could be judged/)
    await expect(page.getByRole('columnheader', { name: 'Cost' })).toHaveCount(who === 'senco' ? 1 : 0)
    const download = page.waitForEvent('download')
    await page.getByRole('link', { name: 'Download as a spreadsheet' }).click()
    expect((await download).suggestedFilename()).toBe('what-worked.csv')
  }
})

test('a record is read by those who were there, and the pupil has theirs too', async ({ reads }) => {
  const tomek = await child(reads, /Wieczorek/)
  for (const who of ['senco', 'teacher', 'parent', 'pupil'] as const) {
    const { page } = await reads(people[who])
    await page.goto(tomek)
    await page.getByRole('article', { name: 'Summer 2026' }).getByRole('link', { name: /Record/ }).click()
    await expect(page.getByRole('heading', { level: 1 }), who).toContainText('Tomek')
  }
})
