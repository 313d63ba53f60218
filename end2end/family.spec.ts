// What the family leaves with: everything that was said, by whomever, who came, and on two sheets of paper.
import type { Page } from '@playwright/test'
import { clean, fits } from './support/looks.ts'
import { openPart, saved } from './support/page.ts'
import { expect, test } from './support/test.ts'

test.use({ school: 'leaves with a record' })

const long = `https://school.example/${'plan'.repeat(12)}`
const meeting = { pupil: 'Tomek', stage: 'preparing' }

test('slips, remarks, dissent and who came are on the family’s page, on a phone and on paper', async ({ join }) => {
  test.setTimeout(120_000)
  const { page: senco, meeting: { id } } = await join({ ...meeting, role: 'facilitator' })
  const { page: mum } = await join({ ...meeting, name: 'Agnieszka' })
  const { page: dad } = await join({ ...meeting, name: 'Marek' })
  await senco.getByRole('button', { name: 'Start the meeting' }).click()

  // A slip under the child's line, in two lines; a remark on a target, and one on all of them.
  await mum.locator('#passport').getByRole('button', { name: 'Add beside' }).first().click()
  await mum.keyboard.type('At home we wait too.\nTen seconds, like on a train.')
  await saved(mum)
  await dad.locator('#last').getByRole('button', { name: 'Add what you think', exact: true }).first().click()
  await dad.keyboard.type('He told me the film, in order.')
  await dad.locator('#last').getByRole('button', { name: 'Add what you think about all of them' }).click()
  await dad.keyboard.type('He talks about school at supper now.')
  await saved(dad)
  await senco.locator('textarea[id^="plan-whole-"][id$="-expected_impact"]').fill(`Friends to play with. ${long}`)
  // A long word is no reason to push the page from side to side.
  await senco.locator('[id^="do-actions-"][id$="-who"]').first().fill(long)
  await senco.locator('[id^="review-targets-"][id$="-pupil_words"]').last().press('End')
  await senco.keyboard.type(` ${long}`)
  await saved(senco)
  await answer(dad, 'I disagree with a part', 'Not the big hall on Fridays.\nAsk Tomek first.')
  await answer(mum, 'I agree', '')

  // Who came: those on a screen are known, of the others somebody has to say it.
  const came = senco.getByRole('region', { name: 'Who came' })
  await expect(came.getByLabel(/^Marek/)).toHaveValue('remote')
  await expect(came.getByLabel(/^Agnieszka/)).toHaveValue('in_person')
  await expect(came.getByLabel(/^Ruth/)).toHaveValue('sent_views')
  for (const name of [/^Tomek/, /^Ewa/, /^Callum/]) await expect(came.getByLabel(name)).toHaveValue('not_noted')
  await expect(senco.getByRole('link', { name: /Nobody has noted whether Tomek, .* came/ })).toBeVisible()
  await came.getByLabel(/^Callum/).selectOption({ label: 'Sent apologies' })
  await came.getByLabel(/^Ewa/).selectOption({ label: 'Joined from elsewhere' })
  // Everybody's page hears of it.
  await expect(dad.locator('.seat', { hasText: 'Callum' })).toContainText('Sent apologies')
  await came.getByRole('button', { name: 'All 3 not noted were in the room' }).click()
  await expect(came.getByLabel(/^Tomek/)).toHaveValue('in_person')
  await expect(dad.locator('.seat', { hasText: 'Miss Qureshi' })).toContainText('In the room')
  await came.getByLabel(/^Tomek/).selectOption({ label: 'For part of the meeting' })
  await expect(senco.getByRole('link', { name: /Nobody has noted/ })).toHaveCount(0)
  await clean(senco, '#agree')

  // A key that is held down does not say yes.
  const yes = senco.getByRole('button', { name: 'Yes, agree and save' })
  await senco.getByRole('button', { name: 'Agree and save' }).focus()
  await senco.keyboard.down('Enter')
  await expect(yes).toBeFocused()
  for (let held = 0; held < 5; held++) await senco.keyboard.down('Enter')
  await senco.keyboard.up('Enter')
  await expect(yes).toBeFocused()
  await yes.click()
  await expect(dad.getByRole('link', { name: 'Read the plan' }).first()).toBeVisible()

  await dad.setViewportSize({ width: 360, height: 740 })
  await dad.goto(`/meetings/${id}/record`)
  const plan = dad.locator('main')
  // As it was typed, and under whose name.
  const slip = plan.getByRole('listitem').filter({ hasText: 'At home we wait too.' })
  expect(await slip.innerText()).toMatch(/At home we wait too\.\nTen seconds, like on a train\.\s+– Agnieszka/)
  await expect(plan.locator('.agreed .is-part')).toHaveText(/Marek, Dad, disagrees with one part\.\s*Not the big hall on Fridays\./)
  // A remark stands with its target, and one on all of them stands by itself.
  const target = plan.locator('.step').filter({ hasText: 'He told me the film, in order.' })
  await expect(target.getByRole('heading')).toHaveText('I can tell you what happened: first, next, last.')
  await expect(plan.locator('.step').filter({ hasText: 'at supper' })).toHaveCount(0)
  await expect(plan).toContainText('He talks about school at supper now.')
  // What other people wrote in the passport.
  await expect(plan).toContainText('He is gentle with his baby sister. He sings to her in Polish. – Agnieszka')
  // The child's own words first, with how they were captured.
  await expect(plan.locator('section').first()).toContainText('Lunch is good now.')
  await expect(plan.locator('section').first()).toContainText('Spoken in the meeting, typed by Mr Adeyemi')
  await expect(plan.getByRole('heading', { name: 'Important to Tomek' })).toBeVisible()
  // Who came.
  for (const [how, who] of [
    ['In the room', 'Agnieszka (Mum)'],
    ['From elsewhere', 'Ewa (Polish interpreter)'],
    ['For a part', 'Tomek (Pupil)'],
    ['Sent apologies', 'Callum (Autism outreach teacher)'],
  ]) {
    await expect(plan.locator('.came-list div', { hasText: how })).toContainText(who)
  }

  // Nothing is wider than the phone; on paper it is two sheets, printed on both sides.
  await fits(dad)
  const pdf = (await dad.pdf({ preferCSSPageSize: true })).toString('latin1')
  expect(pdf.match(/\/Type\s*\/Page\b/g)!.length).toBeLessThanOrEqual(4)
})

test('from a page that is not there one finds home', async ({ join }) => {
  const { page } = await join({ pupil: 'Amara', role: 'parent' })
  for (const path of ['/meetings/00000000-0000-0000-0000-000000000000', '/nothing/here']) {
    expect((await page.goto(path))!.status()).toBe(404)
    await page.getByRole('link', { name: 'All your meetings' }).click()
    await expect(page.getByRole('heading', { name: /^Hello, / })).toBeVisible()
  }
})

async function answer(page: Page, choice: string, comment: string): Promise<void> {
  await openPart(page, 'agree')
  await page.getByRole('radio', { name: choice, exact: true }).check()
  if (comment) await page.locator('#my-comment').fill(comment)
  await page.getByRole('button', { name: 'Give my answer' }).click()
  await expect(page.getByText('Your answer is on the table')).toBeVisible()
}

test('an answer that comes late takes back nothing that was said after it was asked for', async ({ join }) => {
  const { page } = await join({ pupil: 'Amara', stage: 'preparing', role: 'facilitator' })
  await page.getByRole('button', { name: 'Start the meeting' }).click()
  const [first, second] = ['Denise', 'Gloria'].map((name) => page.getByRole('region', { name: 'Who came' }).getByRole('combobox', { name }))
  await expect(first).toBeVisible()

  let release: (() => void) | undefined
  let isFirst = true
  await page.route(/read_people/, async (route) => {
    if (!isFirst) return route.continue()
    isFirst = false
    const response = await route.fetch()
    await new Promise<void>((resolve) => (release = resolve))
    await route.fulfill({ response })
  })
  await first.selectOption({ label: 'Sent apologies' })
  await expect.poll(() => release !== undefined).toBe(true)
  await second.selectOption({ label: 'Sent apologies' })
  // The page has heard of the second before it hears of the first.
  await expect(page.locator('.seat', { hasText: 'Sent apologies' })).toHaveCount(2)
  const late = page.waitForResponse(/read_people/)
  release!()
  await (await late).finished()
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))))
  await expect(page.locator('.seat', { hasText: 'Sent apologies' })).toHaveCount(2)
  await expect(second).toHaveValue('apologies')
})
