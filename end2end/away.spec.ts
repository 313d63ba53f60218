// Whoever was away while something was decided hears of it when their line is back, and loses no word over it.
import { dayAhead, openPart } from './support/page.ts'
import { expect, hydrated, test } from './support/test.ts'
import { Wire } from './support/wire.ts'

test.use({ school: 'has somebody away' })

test('who was away for the start, an answer and the end hears of them all; an answer not sent is still theirs', async ({ server, join }) => {
  const table = { pupil: 'Tomek', stage: 'preparing' }
  const wire = await Wire.to(server)
  const { page: mum } = await join({ ...table, name: 'Agnieszka', wire })
  const { page: dad } = await join({ ...table, name: 'Marek' })
  const { page: senco } = await join({ ...table, role: 'facilitator' })
  const stage = mum.locator('.stages [aria-current="step"]')
  const away = async (meanwhile: () => Promise<void>) => {
    wire.cut()
    await expect(mum.locator('.who-link')).toContainText('No connection')
    await meanwhile()
    wire.mend()
  }

  await away(async () => {
    await senco.getByRole('button', { name: 'Start the meeting' }).click()
    await openPart(dad, 'agree')
    await dad.getByRole('radio', { name: 'I agree', exact: true }).check()
    await dad.getByRole('button', { name: 'Give my answer' }).click()
    await expect(dad.getByText('Your answer is on the table')).toBeVisible()
  })
  await expect(stage).toHaveText('Together')
  await openPart(mum, 'agree')
  await expect(mum.locator('.answer', { hasText: 'Marek' })).toContainText('Agrees')

  await mum.getByRole('radio', { name: 'I disagree with a part' }).check()
  const comment = mum.locator('#my-comment')
  await comment.fill('Not the big hall. He told me so.')
  // The page loaded anew still has it, on a device of one’s own.
  await mum.reload()
  await hydrated(mum)
  await expect(comment).toHaveValue('Not the big hall. He told me so.')
  const { page: shared } = await join({ ...table, role: 'teacher', shared: true })
  await shared.locator('#my-comment').fill('For nobody who comes after me.')
  await shared.reload()
  await hydrated(shared)
  await expect(shared.locator('#my-comment')).toHaveValue('')
  // On a phone one part is to be seen at a time.
  await mum.setViewportSize({ width: 360, height: 740 })
  await away(async () => {
    await mum.getByRole('radio', { name: 'I disagree with a part' }).check()
    await mum.getByRole('button', { name: 'Give my answer' }).click()
    await expect(mum.locator('#agree [role=alert]')).toContainText('We could not reach the meeting')
    await openPart(mum, 'actions')
    await senco.getByLabel('When we meet again').fill(dayAhead(110))
    await senco.locator('textarea[id^="plan-whole-"][id$="-expected_impact"]').fill('Friends to play with.')
    await senco.getByRole('button', { name: 'Agree and save' }).click()
    await senco.getByRole('button', { name: 'Yes, agree and save' }).click()
    await expect(senco.getByRole('link', { name: 'Read the plan' }).first()).toBeVisible()
  })
  await expect(stage).toHaveText('Agreed')
  await expect(mum.getByRole('link', { name: 'Read the plan' }).first()).toBeVisible()
  const unsent = mum.getByRole('region', { name: 'An answer that was not sent' })
  await expect(unsent, 'wherever on the page she is').toBeInViewport()
  await expect(unsent).toContainText('Not the big hall. He told me so.')
  await expect(unsent.getByRole('button', { name: 'Copy my words' })).toBeVisible()
  await wire.close()
})
