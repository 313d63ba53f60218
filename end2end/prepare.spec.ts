// Before the meeting: from the link to one’s own words, on a phone, and who reads them when.
import type { Page } from '@playwright/test'
import { clean, fits } from './support/looks.ts'
import { saved } from './support/page.ts'
import { expect, find, hydrated, test } from './support/test.ts'

test.use({ school: 'prepares' })

const meeting = { pupil: 'Tomek', stage: 'preparing' }

test('a specialist’s advice has its author and its day', async ({ join }) => {
  const { page } = await join({ ...meeting, role: 'specialist', prepares: true })
  await page.setViewportSize({ width: 360, height: 740 })
  await page.getByRole('button', { name: 'Add a recommendation' }).click()
  await page.keyboard.type('A picture list on the table.')
  await kept(page)
  const advice = page.locator('.recommended li').filter({ has: page.locator('textarea') }).last()
  await expect(advice).toContainText('Callum')
  await expect(advice).toContainText(`Written on ${new Date().getDate()} `)
  await isWhole(page)
})

test('who has nothing to fill in is told where to go', async ({ join }) => {
  const { page, meeting: { id } } = await join({ ...meeting, name: 'Qureshi' })
  expect(new URL(page.url()).pathname).toBe(`/meetings/${id}`)
  await page.goto(`/meetings/${id}/prepare`)
  await expect(page.getByRole('link', { name: 'Go to the meeting' })).toBeVisible()
})

test('a parent is at their own words in three taps, and the others read them when the meeting has opened', async ({ server, browser, join }) => {
  const { meeting: { id }, person } = find(server.meetings(), { ...meeting, name: 'Agnieszka' })
  const phone = await browser.newContext({ baseURL: server.url, viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true })
  const mum = await phone.newPage()
  await mum.goto(person.join_url)
  await mum.getByRole('button', { name: 'Join the meeting' }).tap()
  await mum.waitForURL(`**/meetings/${id}*`)
  // Where the button itself leads in the days before; the school of these tests meets today.
  await mum.goto(`/meetings/${id}/prepare`)
  await mum.getByRole('button', { name: 'Tap here and write' }).tap()
  await mum.keyboard.type('He tells us about his day.')
  await expect(mum.getByRole('textbox', { name: 'What is going well?' })).toHaveValue('He tells us about his day.')
  expect(new URL(mum.url()).pathname).toBe(`/meetings/${id}/prepare`)
  await expect(mum.locator('.draft-mark')).toContainText('Nothing is decided yet.')
  // Who reads it now is who the rules let: whoever runs the meeting, and the other parent.
  await expect(mum.locator('.draft-mark')).toContainText(/Mrs Pike/)
  await expect(mum.locator('.draft-mark')).toContainText(/Marek/)
  await expect(mum.locator('.draft-mark')).not.toContainText(/Callum|Qureshi/)
  await kept(mum)
  await isWhole(mum)

  // One question at a time; what was sent before is where it was asked.
  await mum.getByRole('link', { name: 'Next question' }).tap()
  await expect(mum.getByRole('heading', { name: 'What has changed at home?' })).toBeFocused()
  await expect(mum.getByRole('textbox', { name: 'What has changed at home?' })).toHaveValue(/He sits at the table with us/)
  await mum.getByRole('link', { name: 'Back' }).tap()
  await expect(mum.getByRole('textbox', { name: 'What is going well?' })).toHaveValue('He tells us about his day.')
  // She stops, and comes back with her link.
  await mum.goto(person.join_url)
  await mum.getByRole('button', { name: 'Join the meeting' }).tap()
  await mum.waitForURL(`**/meetings/${id}*`)
  await mum.goto(`/meetings/${id}/prepare`)
  await hydrated(mum)
  await expect(mum.getByRole('textbox', { name: 'What is going well?' })).toHaveValue('He tells us about his day.')
  await mum.goto(`/meetings/${id}/prepare?q=5`)
  await hydrated(mum)
  await expect(mum.locator('.looked-over')).toContainText('He tells us about his day.')
  await expect(mum.locator('.looked-over')).toContainText('Left out, and that is all right.')
  await isWhole(mum)

  // The teacher reads it when the meeting has opened, and not before.
  const { page: teacher } = await join({ ...meeting, name: 'Qureshi' })
  const { page: senco } = await join({ ...meeting, role: 'facilitator' })
  await expect(senco.locator('#working')).toContainText('He tells us about his day.')
  expect(await teacher.content()).not.toContain('He tells us about his day.')
  await senco.getByRole('button', { name: 'Start the meeting' }).click()
  await expect(teacher.locator('#working')).toContainText('He tells us about his day.')
  await expect(mum.getByRole('link', { name: 'Go to the table' })).toBeVisible()

  // What a specialist recommends becomes a next step with one press, for everybody to word together.
  const { page: callum } = await join({ ...meeting, role: 'specialist' })
  await callum.getByRole('button', { name: 'Add advice' }).click()
  await callum.keyboard.type('A card to ask for a turn.')
  const advice = callum.locator('#working li').filter({ has: callum.getByRole('textbox', { name: 'What I recommend' }) }).last()
  await advice.getByRole('button', { name: 'Make it a next step' }).click()
  await expect(callum.getByRole('textbox', { name: 'Target', exact: true }).last()).toBeFocused()
  await expect(teacher.getByRole('textbox', { name: 'Target', exact: true }).last()).toHaveValue('A card to ask for a turn.')

  // What carries on is one again too, from where the child is now.
  const last = senco.locator('#last .review').first()
  const called = await last.getByRole('textbox', { name: 'Target', exact: true }).inputValue()
  await last.getByRole('textbox', { name: 'Where I am after' }).fill('Twice a week')
  const carryOn = last.getByRole('button', { name: 'Carry it on' })
  await last.getByRole('combobox', { name: 'What next' }).selectOption('close_target')
  await expect(carryOn).toHaveCount(0)
  await last.getByRole('combobox', { name: 'What next' }).selectOption('continue')
  const box = await last.getByRole('textbox', { name: 'Target', exact: true }).getAttribute('id')
  await carryOn.click()
  const step = senco.getByRole('textbox', { name: 'Target', exact: true }).last()
  await expect(step).toBeFocused()
  await expect(step).toHaveValue(called)
  await expect(senco.getByRole('textbox', { name: 'Where I am now' }).last()).toHaveValue('Twice a week')
  // It is the step it was: the help that was agreed for it names it still.
  await expect(step).toHaveAttribute('id', box!.replace('review-', 'plan-'))
  await expect(carryOn).toHaveCount(0)
  await phone.close()
})

test('a child taps answers, and takes one back', async ({ join }) => {
  const wanted = { pupil: 'Amara', stage: 'preparing' }
  const { page, meeting: { id } } = await join({ ...wanted, role: 'pupil', prepares: true })
  await page.setViewportSize({ width: 360, height: 740 })
  await expect(page.getByRole('heading', { name: 'Who will see this?' })).toBeVisible()
  for (const words of ['My friends', 'Playtime', 'I don’t know']) await page.getByText(words, { exact: true }).filter({ visible: true }).click()
  await page.getByText('I don’t know', { exact: true }).filter({ visible: true }).click()
  await saved(page)
  await isWhole(page)
  await page.getByRole('link', { name: 'Next' }).click()
  await expect(page.getByRole('heading', { name: 'What is still hard?' })).toBeFocused()
  await page.getByRole('button', { name: 'Tap here and write' }).filter({ visible: true }).click()
  await page.keyboard.type('The bell.')
  await page.getByRole('button', { name: 'Write it here' }).filter({ visible: true }).click()
  await page.keyboard.type('I hide in the toilets.')
  await saved(page)
  await isWhole(page)

  // On another day it is as it was left.
  await page.goto(`/meetings/${id}/prepare`)
  await hydrated(page)
  await expect(page.getByRole('checkbox', { name: 'My friends' })).toBeChecked()
  await expect(page.getByRole('checkbox', { name: 'Playtime' })).toBeChecked()
  await expect(page.getByRole('checkbox', { name: 'I don’t know' })).not.toBeChecked()

  // Whoever runs the meeting reads it, and no other adult before it opens.
  const { page: senco } = await join({ ...wanted, role: 'facilitator' })
  await expect(senco.locator('#working .views-of', { hasText: 'Amara' }).first()).toContainText('Playtime')
  const { page: mum } = await join({ ...wanted, role: 'parent' })
  expect(await mum.content()).not.toContain('The bell.')
  await senco.getByRole('button', { name: 'Start the meeting' }).click()
  await expect(mum.locator('#working')).toContainText('The bell.')
  // What is not to be shared stays hers: in no other page, now or from the server.
  for (const other of [senco, mum]) {
    expect(await other.content()).not.toContain('I hide in the toilets.')
    await other.reload()
    expect(await other.content()).not.toContain('I hide in the toilets.')
  }
})

test('whoever was named to write for a child taps for them, is named, and the child has the last word', async ({ join }) => {
  const wanted = { pupil: 'Kai', stage: 'preparing' }
  const { page: senco } = await join({ ...wanted, role: 'facilitator' })
  const { page: helper, person, meeting: { id } } = await join({ ...wanted, role: 'assistant' })
  const helpers = senco.getByLabel('Who types for Kai?')
  const value = await helpers.locator('option', { hasText: person.name }).getAttribute('value')
  await helpers.selectOption(value)
  await expect(helper.getByText('types for the pupil').first()).toBeVisible()
  await helper.goto(`/meetings/${id}/prepare?q=4`)
  await hydrated(helper)
  await expect(helper.locator('.helper > span')).toHaveText('You write down what Kai says.')
  await helper.getByText('A quiet place', { exact: true }).click()
  await helper.getByRole('button', { name: 'Tap here and write' }).filter({ visible: true }).click()
  await helper.keyboard.type('My tools.')
  await saved(helper)

  const { page: kai } = await join({ ...wanted, role: 'pupil', prepares: true })
  await expect(kai.locator('.helper > span')).toHaveText(`${person.name} is helping.`)
  await kai.goto(`/meetings/${id}/prepare?q=4`)
  await hydrated(kai)
  await expect(kai.getByRole('textbox', { name: 'In my words' }).filter({ visible: true })).toHaveValue('My tools.')
  await kai.getByRole('button', { name: 'Write it here' }).filter({ visible: true }).click()
  await kai.keyboard.type('Not the others.')
  await expect(kai.getByText(`Only you and ${person.name} see this`).filter({ visible: true })).toBeVisible()
  await expect(helper.getByRole('textbox', { name: 'Please don’t share this' }).filter({ visible: true })).toHaveValue('Not the others.')
  await expect(kai.getByRole('checkbox', { name: 'A quiet place' })).toBeChecked()
  await kai.getByText('A quiet place', { exact: true }).click()
  await saved(kai)
  await expect(helper.getByRole('checkbox', { name: 'A quiet place' })).not.toBeChecked()
})

async function kept(page: Page): Promise<void> {
  await expect(page.locator('.kept-draft').filter({ visible: true })).toContainText('Kept as you write')
}

async function isWhole(page: Page): Promise<void> {
  // What a sheet cannot hold is cut off by the table, not scrolled to.
  const wide = () => [...document.querySelectorAll('.sheet')].map((sheet) => sheet.getBoundingClientRect().right).filter((right) => right > innerWidth)
  expect(await page.evaluate(wide)).toEqual([])
  await fits(page)
  await clean(page)
}
