// A child's line of the register, who is kept from the child, and who is what in the school: as the SENCO sets them, and
// as a class teacher and a parent are refused.
import type { Page } from '@playwright/test'
import { clean } from './support/looks.ts'
import { expect, signsIn, test } from './support/test.ts'

test.use({ school: 'changes its register' })
test.describe.configure({ timeout: 120_000 })

const senco = { pupil: 'Tomek', role: 'facilitator' }
const teacher = { pupil: 'Tomek', name: 'Qureshi' }
const father = { pupil: 'Tomek', name: 'Marek' }

/** From the register to the child's line, as one looks for it. */
async function toLine(page: Page): Promise<string> {
  await page.goto('/register')
  await page.getByRole('link', { name: /Wieczorek/ }).click()
  await page.getByRole('link', { name: 'Change the register’s line' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Tomek in the register')
  return new URL(page.url()).pathname
}

test('a SENCO changes what the register says; what the census would send back is said, and what was typed stays', async ({ reads }) => {
  const { page } = await reads(senco)
  await toLine(page)
  await clean(page)
  await page.getByLabel('Extra help').selectOption({ label: 'No special educational need (N)' })
  await page.getByLabel('Class', { exact: true }).fill('5S')
  await page.getByRole('button', { name: 'Write it down' }).click()
  const wrong = page.getByRole('alert')
  await expect(wrong).toContainText('Nothing has changed yet')
  await wrong.getByRole('link', { name: /has no type of need/ }).click()
  await expect(page.getByLabel('Main need')).toBeFocused()
  await expect(page.getByLabel('Main need')).toHaveAttribute('aria-invalid', 'true')
  await expect(page.getByLabel('Class', { exact: true })).toHaveValue('5S')
  await clean(page)

  await page.getByLabel('Extra help').selectOption({ label: 'Education, health and care plan (E)' })
  await page.getByLabel('Main need').selectOption({ label: 'Speech, language and communication (SLCN)' })
  await page.getByLabel('Need 2').selectOption({ label: 'Autism (ASD)' })
  await page.getByLabel('Year group').selectOption('Year 5')
  await page.getByRole('button', { name: 'Write it down' }).click()
  await expect(page.getByRole('status')).toContainText('The register says so now.')

  await page.goto('/register?provision=E')
  const row = page.getByRole('row', { name: /Wieczorek/ })
  await expect(row).toContainText('5S')
  await expect(row.getByRole('listitem')).toHaveText([/SLCN/, /ASD/])
})

test('a child who left is off the lists and found, and is back when the day is emptied', async ({ reads }) => {
  const { page } = await reads(senco)
  const line = await toLine(page)
  const write = async (day: string) => {
    await page.goto(line)
    await page.getByLabel('Left the school on').fill(day)
    await page.getByRole('button', { name: 'Write it down' }).click()
  }
  await write('2010-07-21')
  await expect(page.getByLabel('Left the school on')).toHaveAccessibleDescription(/before the child was born/)
  await clean(page)
  await write('2020-07-21')
  await expect(page.getByLabel('Left the school on')).toHaveAccessibleDescription(/before their extra help began|They were met on/)
  // The school’s days move with ours: of last week they were met on none.
  const left = new Date(Date.now() - 7 * 86_400_000)
  const inWords = left.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' })
  await write(left.toISOString().slice(0, 10))
  await expect(page.getByRole('status')).toContainText('The register says so now.')
  await page.goto('/register')
  await expect(page.getByRole('row', { name: /Wieczorek/ })).toHaveCount(0)
  await page.getByLabel('Left (1)').check()
  await page.getByRole('button', { name: 'Show', exact: true }).click()
  await expect(page.getByRole('row', { name: /Wieczorek/ })).toContainText(`Left on ${inWords}`)
  await clean(page)
  await page.getByRole('link', { name: /Wieczorek/ }).click()
  await expect(page.getByText(`Left the school on ${inWords}.`)).toBeVisible()
  await clean(page)
  await write('')
  await page.goto('/register')
  await expect(page.getByRole('row', { name: /Wieczorek/ })).toBeVisible()
})

test('whoever is kept from a child is out at once, and comes back when let near', async ({ reads, join }) => {
  const [one, other] = [await reads(senco), await join(father)]
  await toLine(one.page)
  await one.page.getByLabel('Keep somebody away').selectOption({ label: 'Marek Wieczorek' })
  await one.page.getByRole('button', { name: 'Keep away from this moment' }).click()
  await expect(one.page.getByRole('alert')).toContainText('Write why')
  await one.page.getByLabel('Why', { exact: true }).fill('An order of the family court')
  await one.page.getByRole('button', { name: 'Keep away from this moment' }).click()
  await expect(one.page.getByRole('status')).toContainText('they learn nothing of this child')
  await clean(one.page)
  // He has not pressed anything.
  await expect(other.page.getByText('You are no longer in this meeting').first()).toBeVisible()
  await other.page.goto(`/meetings/${other.meeting.id}`)
  await expect(other.page.getByRole('heading', { level: 1 })).toHaveText('We could not find that')
  await other.page.goto('/')
  await expect(other.page.getByText('Tomek')).toHaveCount(0)

  await one.page.getByLabel('Why Marek Wieczorek may come near again').fill('The order has ended')
  await one.page.getByRole('button', { name: /Let near again.*Marek Wieczorek/ }).click()
  await expect(one.page.getByRole('status')).toContainText('They are let near again')
  await one.page.getByText('Who was kept away before').click()
  await expect(one.page.getByText('The order has ended')).toBeVisible()
  await other.page.goto(`/meetings/${other.meeting.id}`)
  await expect(other.page.getByRole('heading', { level: 1 })).toContainText('Tomek')
})

test('a class teacher and a parent are refused, by every door', async ({ reads }) => {
  const path = await toLine((await reads(senco)).page)
  for (const wanted of [teacher, { pupil: 'Tomek', name: 'Agnieszka' }]) {
    const { page } = await reads(wanted)
    await page.goto(path.replace('/register', ''))
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Tomek')
    await expect(page.getByRole('link', { name: 'Change the register’s line' })).toHaveCount(0)
    expect((await page.goto(path))!.status()).toBe(404)
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('We could not find that')
    for (const doing of ['register', 'keep-from', 'let-near']) {
      const status = await page.evaluate(async (to) => (await fetch(to, { method: 'POST', body: new URLSearchParams({ person: '', reason: 'x', provision: 'N' }) })).status, path.replace('register', doing))
      expect(status, doing).toBe(404)
    }
    await page.goto('/staff/posts')
    await expect(page).toHaveURL(/signin/)
  }
})

test('a SENCO sets who is what, and pages follow from it at once', async ({ server, browser, reads }) => {
  const page = await signsIn(browser, server)
  await page.goto('/staff')
  await page.getByRole('link', { name: 'Who is what: set posts' }).click()
  await clean(page)

  const { page: hers } = await reads(teacher)
  await hers.goto('/register')
  await expect(hers.getByText('of those you meet for')).toBeVisible()
  const form = page.locator('form').filter({ has: page.getByRole('group', { name: /Qureshi/ }) })
  await form.getByRole('checkbox', { name: 'SENCO' }).check()
  await form.getByLabel(/Teaches the class/).fill('5S')
  await form.getByRole('button').click()
  await expect(page.getByRole('status')).toContainText('It is so from this moment.')
  await hers.reload()
  await expect(hers.getByText('of those you meet for')).toHaveCount(0)
  // Nobody comes to such a post unseen; nor is one given that who asks does not hold.
  await hers.goto('/')
  await expect(hers.getByRole('region', { name: 'Who holds your post' })).toContainText('Qureshi is SENCO, set by Mrs Joanna Pike on ')
  await clean(hers)
  await expect(form.getByRole('checkbox', { name: 'Safeguarding lead' })).toBeDisabled()
  await form.getByRole('checkbox', { name: 'SENCO' }).uncheck()
  await form.getByRole('button').click()
  await hers.goto('/register')
  await expect(hers.getByText('of those you meet for')).toBeVisible()
  // Nobody takes their own post of SENCO from themselves.
  const own = page.locator('form').filter({ has: page.getByRole('group', { name: /Pike/ }) })
  await expect(own.getByRole('checkbox', { name: 'SENCO' })).toBeDisabled()
})
