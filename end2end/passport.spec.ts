// The passport between two meetings: a teacher and a child write in it together, it is saved with its day, and a parent
// reads and prints the newest, and the one before.
import { expect, hydrated, test } from './support/test.ts'
import { saved } from './support/page.ts'

test.use({ school: 'changes a passport' })

test('a passport is changed together outside a meeting, saved, and every version is read', async ({ join, reads }) => {
  test.setTimeout(120_000)
  // There is no meeting to come: the last one is agreed.
  const senco = await join({ pupil: 'Tomek', stage: 'preparing', role: 'facilitator' })
  const { page } = senco
  await page.getByRole('button', { name: 'Start the meeting' }).click()
  await page.getByRole('button', { name: 'Agree and save' }).click()
  await page.getByRole('button', { name: 'Yes, agree and save' }).click()
  await expect(page.getByRole('link', { name: 'Read the plan' }).first()).toBeVisible()
  await page.goto('/')
  const held = await page.getByRole('main').textContent()
  await page.getByRole('main').getByRole('link', { name: 'Tomek', exact: true }).first().click()
  const child = page.url()
  const meter = await page.locator('.meter').textContent()

  await page.getByRole('button', { name: 'Change the passport' }).click()
  await page.waitForURL(/\/meetings\//)
  await hydrated(page)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Tomek’s passport')
  await expect(page.locator('.tray, .stages')).toHaveCount(0)
  await expect(page.getByRole('button', { name: /Door/ })).toHaveCount(0)

  // The child finds it on their own page, writes there, and both see it at once.
  const pupil = await reads({ pupil: 'Tomek', role: 'pupil' })
  await pupil.page.goto(child)
  await expect(pupil.page.getByText('It is open to be changed')).toBeVisible()
  await pupil.page.getByRole('button', { name: 'Go on changing the passport' }).click()
  await hydrated(pupil.page)
  const add = pupil.page.locator('#passport').getByRole('button', { name: /^Add/ }).first()
  await add.click()
  await pupil.page.keyboard.type('Let me feed the fish first.')
  await saved(pupil.page)
  await expect(page.locator('#passport')).toContainText('Let me feed the fish first.')
  // Which nobody else may take away.
  await expect(page.locator('#passport textarea').filter({ hasText: 'Let me feed the fish first.' })).toHaveCount(0)

  await page.getByRole('link', { name: 'To its page' }).click()
  await expect(page.getByRole('main')).not.toContainText('Let me feed the fish first.')
  await page.getByRole('button', { name: 'Save this version' }).click()
  await page.waitForURL(/\/passport$/)
  await expect(page.locator('.passport-sheet')).toContainText('Let me feed the fish first.')
  await expect(page.locator('.passport-sheet')).toContainText('saved by Mrs Pike')
  const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true })
  expect(pdf.toString('latin1').match(/\/Type\s*\/Page[^s]/g)?.length).toBe(1)
  // The page that was open hears that it is saved.
  await expect(pupil.page.getByRole('main')).toContainText('This version stays as it is')

  const parent = await reads({ pupil: 'Tomek', role: 'parent', name: 'Marek' })
  await parent.page.goto(`${child}/passport`)
  await expect(parent.page.locator('.passport-sheet')).toContainText('Let me feed the fish first.')
  const versions = parent.page.getByRole('region', { name: 'Versions over time' }).getByRole('link')
  await versions.nth(1).click()
  await expect(parent.page.locator('.passport-sheet')).not.toContainText('Let me feed the fish first.')
  await expect(parent.page.locator('.passport-sheet')).toContainText('There is a newer one')

  // It was no meeting.
  await page.goto('/')
  expect(await page.getByRole('main').textContent()).toBe(held)
  await page.goto(child)
  expect(await page.locator('.meter').textContent()).toBe(meter)
})

test('a passport of very many words is one page of paper too, and says that it is small', async ({ reads }) => {
  const { page } = await reads({ pupil: 'Kai', role: 'facilitator' })
  await page.goto('/')
  await page.getByRole('main').getByRole('link', { name: 'Kai', exact: true }).first().click()
  const child = page.url()
  await page.getByRole('button', { name: /the passport$/ }).click()
  await hydrated(page)
  const passport = page.locator('#passport')
  const words = 'Unverwechselbarkeitsnachweis '.repeat(65)
  for (const line of [1, 2, 3, 4]) {
    await passport.getByRole('button', { name: /^Add something that would help/ }).click()
    await passport.locator('textarea[id^="passport-help-"]').last().fill(`${line} ${words}the end of line ${line}`)
  }
  await saved(page)
  await page.goto(child)
  await page.getByRole('button', { name: 'Save this version' }).click()
  await page.waitForURL(/\/passport$/)
  await expect(page.locator('.passport-sheet')).toContainText('the end of line 4')
  await expect(page.getByText('it fits one page, in small letters')).toBeVisible()
  const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true })
  expect(pdf.toString('latin1').match(/\/Type\s*\/Page[^s]/g)?.length).toBe(1)
})
