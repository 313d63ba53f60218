// What a school calls its plans and tiers; the Virtual School's rating of an education plan; who of the staff has read a
// passport; until when a child is shared: as the SENCO, a teacher, the Virtual School and the family meet them.
import type { Page } from '@playwright/test'
import { clean, looksRight } from './support/looks.ts'
import { expect, signsIn, test } from './support/test.ts'

test.use({ school: 'has its own words' })
test.describe.configure({ timeout: 120_000 })

const senco = { pupil: 'Tomek', role: 'facilitator' }
const teacher = { pupil: 'Tomek', name: 'Qureshi' }
const virtualSchool = { pupil: 'Kai', name: 'Gareth' }

async function toChild(page: Page, name: RegExp): Promise<void> {
  await page.goto('/register')
  await page.getByRole('link', { name }).click()
}

test('a SENCO says what the plan and the tiers are called, and every page calls them so', async ({ server, browser, reads }) => {
  const page = await signsIn(browser, server)
  await page.goto('/staff')
  await page.getByRole('link', { name: 'What we call things' }).click()
  await looksRight(page)
  await page.getByLabel('The plan').fill('Individual Support Plan')
  await page.getByLabel('In place of “Targeted”', { exact: true }).fill('Wave 2')
  await page.getByRole('button', { name: 'Call them so' }).click()
  await expect(page.getByRole('status')).toContainText('They are called so from now on.')
  await looksRight(page)

  await page.goto('/map')
  await expect(page.getByLabel('How much more').locator('option')).toHaveText(['Everything', 'For everyone', 'Wave 2', 'Targeted plus', 'Specialist'])
  await toChild(page, /Wieczorek/)
  await expect(page.getByRole('table', { name: 'The extra help' })).toContainText('Wave 2')
  // The family reads it too, and at the table the tier is chosen by that name.
  const { page: hers, meeting } = await reads({ pupil: 'Tomek', name: 'Agnieszka' })
  await hers.goto('/')
  await expect(hers.getByRole('link', { name: 'Read the Individual Support Plan' }).first()).toBeVisible()
  const { page: table } = await reads(senco)
  await table.goto(`/meetings/${meeting.id}`)
  await expect(table.getByLabel('How much more than usual').first().locator('option').filter({ hasText: 'Wave 2' })).toHaveCount(1)
  await table.waitForFunction(() => document.documentElement.dataset.hydrated === 'true')
  await expect(table.getByLabel('How much more than usual').first().locator('option').filter({ hasText: 'Wave 2' })).toHaveCount(1)
})

test('the Virtual School rates an education plan, and the school reads it', async ({ reads }) => {
  const { page } = await reads(virtualSchool)
  await page.goto('/')
  await page.getByRole('main').getByRole('link', { name: 'Kai', exact: true }).first().click()
  await page.getByRole('link', { name: 'Personal education plan' }).click()
  await expect(page.getByText('Nobody has rated this plan yet.')).toBeVisible()
  await looksRight(page)
  await page.getByRole('radio', { name: /^Amber/ }).check()
  await page.getByRole('button', { name: 'Give this rating' }).click()
  await expect(page.getByRole('alert')).toContainText('Say why in a sentence')
  await expect(page.getByRole('radio', { name: /^Amber/ })).toBeChecked()
  await clean(page)
  await page.getByLabel('Why, in a sentence').fill('The voice is strong; say when each help happens.')
  await page.getByRole('button', { name: 'Give this rating' }).click()
  await expect(page.getByRole('status')).toContainText('It is written down')
  await page.getByRole('radio', { name: /^Green/ }).check()
  await page.getByLabel('Why, in a sentence').fill('Everything is there now.')
  await page.getByRole('button', { name: 'Give this rating' }).click()
  await looksRight(page)

  const { page: school } = await reads({ pupil: 'Kai', name: 'Hussain-Webb' })
  await school.goto(new URL(page.url()).pathname)
  const rating = school.getByRole('region', { name: 'How this plan is rated' })
  await expect(rating.getByRole('figure')).toContainText('Everything is there now.')
  await expect(rating.getByRole('figure')).toContainText('Gareth')
  await rating.getByText('Earlier ratings (1)').click()
  await expect(rating.getByText('say when each help happens')).toBeVisible()
  await expect(school.getByRole('button', { name: 'Give this rating' })).toHaveCount(0)
})

test('staff say that they have read a passport, and the SENCO sees who has not', async ({ reads }) => {
  const [one, other] = [await reads(senco), await reads(teacher)]
  await toChild(one.page, /Wieczorek/)
  const readers = one.page.getByRole('region', { name: 'Who has read the passport' })
  await expect(readers.getByRole('listitem').filter({ hasText: 'Qureshi' })).toContainText('Not yet')
  await toChild(other.page, /Wieczorek/)
  await other.page.getByRole('link', { name: 'The passport, on one page' }).click()
  await other.page.emulateMedia({ media: 'print' })
  await expect(other.page.getByRole('button', { name: 'I have read this' })).toBeHidden()
  await other.page.emulateMedia({ media: 'screen' })
  await looksRight(other.page)
  await other.page.getByRole('button', { name: 'I have read this' }).click()
  await expect(other.page.getByRole('status')).toContainText('You have read this version')
  await looksRight(other.page)
  await one.page.reload()
  await expect(readers.getByRole('listitem').filter({ hasText: 'Qureshi' })).toContainText('Read')
  await expect(readers.getByRole('listitem').filter({ hasText: 'Qureshi' })).not.toContainText('Not yet')
  await looksRight(one.page)
})

test('a SENCO sets until when a child is shared with somebody', async ({ reads }) => {
  const { page } = await reads(senco)
  await toChild(page, /Wieczorek/)
  await page.getByRole('link', { name: 'Change the register’s line' }).click()
  const ruth = page.getByRole('listitem').filter({ hasText: 'Ruth Ansah' })
  await expect(ruth).toContainText('Goes on')
  await page.getByLabel('Last day for Ruth Ansah').fill('2020-01-31')
  await ruth.getByRole('button', { name: /Set the day/ }).click()
  await expect(page.getByRole('alert')).toContainText('That day is over')
  await clean(page)
  await page.getByLabel('Last day for Ruth Ansah').fill('2031-01-31')
  await ruth.getByRole('button', { name: /Set the day/ }).click()
  await expect(page.getByRole('status')).toContainText('Before that day nothing changes')
  await expect(ruth).toContainText('Until Friday 31 January 2031, that day too')
  await looksRight(page)
})
