// Something said that should not be here: one button, and it is gone from every page, kept for the safeguarding lead.
import { clean } from './support/looks.ts'
import { box, boxes, itemOf, saved } from './support/page.ts'
import { expect, hydrated, test } from './support/test.ts'

test.use({ school: 'hides a passage' })

const table = { pupil: 'Tomek', stage: 'preparing' }
const MARK = '[Some words were taken out here]'
const SAID = 'My uncle hits me.'

test('words that should not be here are hidden from everybody, and read by the safeguarding lead alone', async ({ join }) => {
  test.setTimeout(120_000)
  const mum = await join({ ...table, name: 'Agnieszka' })
  const teacher = await join({ ...table, name: 'Miss Qureshi' })
  const senco = await join({ ...table, role: 'facilitator' })
  const hers = boxes(mum.page, 'plan', 'targets', 'success').first()
  const item = await itemOf(hers)
  await hers.fill(`He likes chess. ${SAID} He draws well.`)
  await saved(mum.page)
  const theirs = box(teacher.page, 'plan', 'targets', item, 'success')
  await expect(theirs).toHaveValue(/My uncle/)
  // Whoever may not hide has no button.
  await expect(teacher.page.locator('.hide-words')).toHaveCount(0)

  // The words that are selected; asked once more, and “No” changes nothing.
  const text = box(senco.page, 'plan', 'targets', item, 'success')
  await expect(text).toHaveValue(/My uncle/)
  await text.evaluate((area: HTMLTextAreaElement, said: string) => {
    area.focus()
    const from = area.value.indexOf(said)
    area.setSelectionRange(from, from + said.length)
  }, SAID)
  const hide = senco.page.locator(`button[id="hide-plan-targets-${item}-success"]`)
  await hide.click()
  const sure = senco.page.getByRole('group', { name: 'Hide these words from everybody?' })
  await expect(sure).toBeFocused()
  await expect(sure).toContainText('Everyone stops seeing it at once. It is kept for the safeguarding lead alone.')
  await expect(sure.locator('blockquote')).toHaveText(SAID)
  await clean(senco.page)
  await sure.getByRole('button', { name: 'No' }).click()
  await expect(hide).toBeFocused()
  await expect(theirs).toHaveValue(/My uncle/)
  await hide.click()
  const asked = Date.now()
  await sure.getByRole('button', { name: 'Hide it from everybody' }).click()

  const left = `He likes chess. ${MARK} He draws well.`
  await expect(theirs).toHaveValue(left)
  expect(Date.now() - asked).toBeLessThan(3_000) // one second, and a machine with other things to do
  await expect(hers).toHaveValue(left)
  await expect(text).toHaveValue(left)
  await expect(hide).toBeFocused()
  await expect(senco.page.locator('.field .error')).toHaveCount(0)

  // Nobody’s “Undo mine” brings it back, nor does loading the page anew.
  await hers.focus()
  for (let press = 0; press < 4; press++) await mum.page.keyboard.press('Control+z')
  for (let press = 0; press < 4; press++) await mum.page.keyboard.press('Control+Shift+z')
  await saved(mum.page)
  await expect(hers).not.toHaveValue(/My uncle/)
  for (const { page } of [mum, teacher, senco]) {
    await page.reload()
    await hydrated(page)
    await expect(box(page, 'plan', 'targets', item, 'success')).toHaveValue(new RegExp('Some words were taken out here'))
    expect(await page.content()).not.toContain('My uncle')
  }

  // The safeguarding lead is told that there is something, opens it, and reads it; nobody else does.
  const lead = await join({ pupil: 'Kai', name: 'Mrs Hussain-Webb' })
  await lead.page.goto('/')
  await expect(lead.page.getByText('1 passage was hidden and waits to be read.')).toBeVisible()
  await clean(lead.page)
  await lead.page.getByRole('link', { name: 'Hidden passages' }).click()
  await expect(lead.page.getByRole('heading', { name: 'Tomek' })).toBeVisible()
  await expect(lead.page.getByText(/Hidden by Mrs Joanna Pike/)).toBeVisible()
  await expect(lead.page.locator('body')).not.toContainText('My uncle')
  await lead.page.getByRole('link', { name: /Read it/ }).click()
  await expect(lead.page.locator('.evidence blockquote')).toHaveText(SAID)
  await expect(lead.page.locator('.evidence')).toContainText('Written by Agnieszka')
  await clean(lead.page)
  const address = lead.page.url()
  await lead.page.goto('/')
  await expect(lead.page.getByText('Every hidden passage was read.')).toBeVisible()

  for (const { page } of [teacher, mum, senco]) {
    expect((await page.goto(address))?.status()).toBe(403)
    await expect(page.locator('body')).not.toContainText('My uncle')
  }
})

test('a child’s own words, which nobody else may change, are hidden by whoever runs the meeting', async ({ join }) => {
  const pupil = await join({ ...table, role: 'pupil' })
  const senco = await join({ ...table, role: 'facilitator' })
  await pupil.page.goto(`/meetings/${pupil.meeting.id}?part=passport`)
  await hydrated(pupil.page)
  const mine = boxes(pupil.page, 'passport', 'help').first()
  const item = await itemOf(mine)
  await mine.fill('Please tell nobody.')
  await saved(pupil.page)
  const words = senco.page.locator('#passport .words', { hasText: 'Please tell nobody.' })
  await words.hover()
  await words.locator('.hide-words').click()
  await senco.page.getByRole('button', { name: 'Hide it from everybody' }).click()
  await expect(mine).toHaveValue(MARK)
  await expect(box(pupil.page, 'passport', 'help', item)).toHaveValue(MARK)
  await expect(senco.page.locator('#passport')).not.toContainText('Please tell nobody.')
})
