// A record that is wrong: the SENCO opens its meeting again and says why, a word is changed on everybody's page, it is
// agreed again, and a parent reads both versions.
import { createHash } from 'node:crypto'
import { boxes, openPart, saved } from './support/page.ts'
import { expect, test } from './support/test.ts'

test.use({ school: 'corrects' })

const reason = 'The day of the club was wrong.'

test('a SENCO corrects an agreed plan, it is agreed again, and a parent reads both versions', async ({ join, reads }) => {
  test.setTimeout(120_000)
  const senco = await join({ pupil: 'Tomek', stage: 'preparing', role: 'facilitator' })
  const parent = await join({ pupil: 'Tomek', stage: 'preparing', role: 'parent', name: 'Marek' })
  const { page, meeting } = senco
  const record = `/meetings/${meeting.id}/record`
  await page.getByRole('button', { name: 'Start the meeting' }).click()
  await openPart(parent.page, 'agree')
  await parent.page.getByRole('radio', { name: 'I agree', exact: true }).check()
  await parent.page.getByRole('button', { name: 'Give my answer' }).click()
  await expect(parent.page.locator('#agree')).toContainText('Thank you')
  const mum = await join({ pupil: 'Tomek', stage: 'preparing', role: 'parent', name: 'Agnieszka' })
  await openPart(mum.page, 'agree')
  await mum.page.getByRole('radio', { name: 'I disagree with a part' }).check()
  await mum.page.locator('#agree textarea').fill('Not the big hall.')
  await mum.page.getByRole('button', { name: 'Give my answer' }).click()
  await expect(mum.page.locator('#agree')).toContainText('Thank you')
  await page.getByRole('button', { name: 'Agree and save' }).click()
  await page.getByRole('button', { name: 'Yes, agree and save' }).click()
  await expect(parent.page.locator('textarea[id^="plan-"]')).toHaveCount(0)
  const first = await (await parent.context.request.get(`${record}.json`)).text()

  // Who may not is not asked; who may has to say why.
  const reader = await reads({ pupil: 'Tomek', role: 'parent', name: 'Agnieszka' })
  await reader.page.goto(record)
  await expect(reader.page.getByRole('heading', { name: 'Correct this record' })).toHaveCount(0)
  await page.goto(record)
  await page.getByLabel('What is wrong, in some words').fill('   ')
  await page.getByRole('button', { name: 'Open the meeting again' }).click()
  await expect(page.getByRole('alert')).toContainText('Nothing has changed yet')
  await page.getByLabel('What is wrong, in some words').fill(reason)
  await page.getByRole('button', { name: 'Open the meeting again' }).click()
  await page.waitForURL(`**/meetings/${meeting.id}`)

  // On the page that somebody else had open too.
  for (const { page } of [senco, parent]) {
    await expect(page.locator('.stages [aria-current="step"]')).toHaveText('Together')
    await expect(page.getByRole('main')).toContainText(reason)
    await expect(page.locator('.timer')).toHaveCount(0)
  }
  const club = boxes(page, 'plan', 'targets', 'success').first()
  await club.fill('On Thursdays, without being asked.')
  await saved(page)
  await expect(boxes(parent.page, 'plan', 'targets', 'success').first()).toHaveValue('On Thursdays, without being asked.')

  // Meanwhile the first version counts, and says what is happening.
  await reader.page.goto(record)
  await expect(reader.page.getByRole('main')).toContainText('This plan is being corrected')
  await expect(reader.page.getByRole('main')).toContainText('what stands here counts')
  await expect(reader.page.getByRole('main')).not.toContainText('On Thursdays')

  // Everybody answers anew.
  await openPart(parent.page, 'agree')
  await expect(parent.page.locator('#agree .answer.is-yes')).toHaveCount(0)
  await parent.page.getByRole('radio', { name: 'I agree', exact: true }).check()
  await parent.page.getByRole('button', { name: 'Give my answer' }).click()
  await expect(parent.page.locator('#agree .answer.is-yes')).toHaveCount(1)
  await page.getByRole('button', { name: 'Agree and save' }).click()
  await page.getByRole('button', { name: 'Yes, agree and save' }).click()
  await expect(parent.page.locator('.at-hand').getByRole('link', { name: 'Read the plan' })).toBeVisible()

  // She did not answer anew: what she had said does not go from beside the plan.
  await mum.page.goto(record)
  await expect(mum.page.locator('.agreed')).toContainText('Not the big hall.')
  await expect(mum.page.locator('.agreed')).toContainText('That was said of version 1')

  // Both are read, each with its own check mark; what is not the newest says so first.
  await reader.page.goto(record)
  const main = reader.page.getByRole('main')
  await expect(main).toContainText('On Thursdays, without being asked.')
  await expect(main).toContainText(`Why there is a new version: ${reason}`)
  await main.getByRole('link', { name: 'Version 1' }).click()
  await expect(main).toContainText('Version 1: there is a newer one')
  await expect(main).toContainText(reason)
  await expect(main).not.toContainText('On Thursdays')
  const hash = createHash('sha256').update(first).digest('hex')
  await expect(main.locator('.check-mark')).toContainText(hash.slice(0, 4))
  expect(await (await parent.context.request.get(`${record}.json?version=1`)).text()).toBe(first)
  await main.getByRole('link', { name: 'Read the newest' }).click()
  await expect(main).toContainText('On Thursdays, without being asked.')
})
