// The right people in, nobody else: asking somebody to leave, handing the meeting over, taking it over.
import type { Page } from '@playwright/test'
import { clean } from './support/looks.ts'
import { expect, joinMeeting, test } from './support/test.ts'
import { Server } from './support/server.ts'
import { boxes, saved } from './support/page.ts'

test.use({ school: 'for the doors' })

const table = { pupil: 'Tomek', stage: 'preparing' }

async function openDoor(page: Page): Promise<void> {
  await page.getByRole('button', { name: /people and links/ }).click()
  await expect(page.getByRole('heading', { name: 'At the table' })).toBeVisible()
}

test('somebody who is asked to leave sees nothing more, and is let back', async ({ join }) => {
  const senco = await join({ ...table, role: 'facilitator' })
  const mum = await join({ ...table, name: 'Agnieszka' })
  const wish = boxes(mum.page, 'plan', 'targets', 'title').first()
  await wish.fill('Written before she left')
  await saved(mum.page)

  await openDoor(senco.page)
  await clean(senco.page)
  await senco.page.getByRole('button', { name: 'Remove Agnieszka' }).click()
  await expect(senco.page.getByText('Ask Agnieszka to leave?')).toBeVisible()
  const asked = Date.now()
  await senco.page.getByRole('button', { name: 'Yes, remove Agnieszka' }).click()
  await expect(mum.page.getByRole('heading', { name: 'You are no longer in this meeting' })).toBeVisible()
  expect(Date.now() - asked).toBeLessThan(3_000) // one second, and a machine with other things to do
  await expect(mum.page.locator('textarea')).toHaveCount(0)
  await clean(mum.page)
  await mum.page.goto(mum.person.join_url)
  await expect(mum.page.getByRole('heading', { name: 'You are no longer in this meeting' })).toBeVisible()
  await expect(mum.page.locator('body')).not.toContainText('Tomek')

  await expect(boxes(senco.page, 'plan', 'targets', 'title').first()).toHaveValue('Written before she left')
  await clean(senco.page)
  await senco.page.getByRole('button', { name: 'Let Agnieszka back in' }).click()
  await expect(senco.page.getByRole('button', { name: 'Remove Agnieszka' })).toBeVisible()
  await mum.page.goto(mum.person.join_url)
  await mum.page.getByRole('button', { name: 'Join the meeting' }).click()
  // In the days before, the link itself leads to what she says beforehand.
  await mum.page.waitForURL(`**/meetings/${mum.meeting.id}*`)
  await mum.page.goto(`/meetings/${mum.meeting.id}`)
  await expect(boxes(mum.page, 'plan', 'targets', 'title').first()).toHaveValue('Written before she left')
})

test('the running of the meeting is handed over while everybody writes', async ({ join }) => {
  const senco = await join({ ...table, role: 'facilitator' })
  const teacher = await join({ ...table, name: 'Miss Qureshi' })
  await expect(teacher.page.getByRole('complementary', { name: 'Running the meeting' })).toHaveCount(0)
  await openDoor(senco.page)
  await senco.page.getByRole('button', { name: 'Hand over running it to Miss Qureshi' }).click()
  await senco.page.getByRole('button', { name: 'Yes, Miss Qureshi runs it' }).click()
  await expect(teacher.page.getByRole('complementary', { name: 'Running the meeting' })).toBeVisible()
  await expect(senco.page.getByRole('complementary', { name: 'Running the meeting' })).toHaveCount(0)
  await expect(senco.page.getByRole('button', { name: /people and links/ })).toHaveCount(0)
  // And back, from the one to whom it was given.
  await openDoor(teacher.page)
  await teacher.page.getByRole('button', { name: 'Hand over running it to Mrs Pike' }).click()
  await teacher.page.getByRole('button', { name: 'Yes, Mrs Pike runs it' }).click()
  await expect(senco.page.getByRole('complementary', { name: 'Running the meeting' })).toBeVisible()
})

test('a meeting survives the laptop of whoever runs it', async ({ browser }) => {
  const server = await Server.start({ ROUNDTABLE_TAKE_OVER_SECONDS: '2' })
  try {
    const senco = await joinMeeting(server, browser, { ...table, role: 'facilitator' })
    const teacher = await joinMeeting(server, browser, { ...table, name: 'Miss Qureshi' })
    const mum = await joinMeeting(server, browser, { ...table, name: 'Agnieszka' })
    // Somebody by the code is let in as a teacher: they run nothing, and are offered nothing of it.
    await openDoor(senco.page)
    await senco.page.getByRole('button', { name: 'Make a code to say on the phone' }).click()
    const code = await senco.page.locator('.meeting-code strong').innerText()
    const context = await browser.newContext({ baseURL: server.url })
    const zofia = await context.newPage()
    await zofia.goto('/code')
    await zofia.getByLabel('Meeting code').fill(code)
    await zofia.getByLabel('Your name').fill('Zofia K')
    await zofia.getByRole('button', { name: 'Knock' }).click()
    await senco.page.getByLabel('Let in as').selectOption('teacher')
    await senco.page.getByRole('button', { name: 'Let in Zofia K' }).click()
    await zofia.waitForURL(`**/meetings/${senco.meeting.id}`)
    await expect(senco.page.getByRole('button', { name: 'Remove Zofia K' })).toBeVisible()
    await expect(senco.page.getByRole('button', { name: 'Hand over running it to Miss Qureshi' })).toBeVisible()
    await expect(senco.page.getByRole('button', { name: 'Hand over running it to Zofia K' })).toHaveCount(0)
    await expect(senco.page.getByText('Who came by the code is invited to the next meeting only with one.')).toBeVisible()
    await clean(senco.page)
    await senco.page.getByRole('button', { name: 'Start the meeting' }).click()
    await expect(teacher.page.locator('.stages .is-now')).toHaveText('Together')
    await senco.context.close()
    await expect(mum.page.getByRole('heading', { name: 'Mrs Pike is away just now' })).toBeVisible({ timeout: 15_000 })
    await expect(zofia.getByRole('heading', { name: 'Mrs Pike is away just now' })).toBeVisible({ timeout: 15_000 })
    for (const page of [mum.page, zofia]) {
      await expect(page.getByRole('button', { name: 'Take over running it' })).toHaveCount(0)
    }
    await context.close()
    await clean(teacher.page)
    await teacher.page.getByRole('button', { name: 'Take over running it' }).click()
    await expect(teacher.page.getByRole('button', { name: 'Bring everyone here' })).toBeVisible()
    await expect(mum.page.getByRole('heading', { name: 'Mrs Pike is away just now' })).toHaveCount(0)
    await mum.context.close()
    await teacher.context.close()
  } finally {
    await server.stop()
  }
})
