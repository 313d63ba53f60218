// The server dies while people type. Whatever anybody saw of somebody else, and whatever was called saved, is there.
import { test as base } from '@playwright/test'
import { box, boxes, itemOf, saved } from './support/page.ts'
import { Server } from './support/server.ts'
import { expect, joinMeeting } from './support/test.ts'

const roles = ['facilitator', 'parent', 'teacher', 'specialist', 'assistant']

base('kill -9 while five people type loses nothing that was seen or saved', async ({ browser }) => {
  base.setTimeout(240_000)
  const server = await Server.start()
  const people = []
  try {
    for (const role of roles) people.push(await joinMeeting(server, browser, { pupil: 'Tomek', stage: 'preparing', role }))
    // Each writes in a box of their own; everybody watches all of them.
    const targets = boxes(people[0].page, 'plan', 'targets', 'success')
    const item = await itemOf(targets.first())
    const fields = ['success', 'baseline', 'title', 'impact', 'pupil_words'].map(
      (field) => (page: typeof people[0]['page']) => box(page, 'plan', 'targets', item, field),
    )
    const before = await Promise.all(fields.map((field) => field(people[0].page).inputValue()))

    let typing = true
    const typed = people.map(async ({ page }, n) => {
      const mine = fields[n % fields.length](page)
      await mine.click()
      await page.keyboard.press('Control+End')
      for (let letter = 0; typing && letter < 400; letter++) await page.keyboard.type('abcdefghij'[letter % 10], { delay: 40 }) // as people do
    })
    // Where something else goes wrong, that is what is to be read, not that the pages were closed after it.
    for (const one of typed) one.catch(() => {})
    await expect.poll(() => fields[1](people[0].page).inputValue(), { timeout: 60_000 }).not.toBe(before[1])
    await server.kill()
    typing = false
    await Promise.all(typed)

    // What each saw in the boxes of the others at that moment.
    const seen = await Promise.all(people.map(({ page }) => Promise.all(fields.map((field) => field(page).inputValue()))))
    await server.startAgain()
    for (const { page } of people) await saved(page)

    // Everyone is back by themselves, and nothing seen is gone: what was typed since only added to it.
    for (const [watcher, { page }] of people.entries()) {
      for (const [n, field] of fields.entries()) {
        await expect.poll(() => field(page).inputValue(), `watcher ${watcher}, field ${n}`).toContain(seen[watcher][n])
      }
    }
    // From Postgres alone: somebody new reads the same.
    const late = await joinMeeting(server, browser, { pupil: 'Tomek', stage: 'preparing', role: 'interpreter' })
    for (const [n, field] of fields.entries()) {
      const now = await field(people[0].page).inputValue()
      await expect.poll(() => field(late.page).inputValue()).toBe(now)
      expect(now.length).toBeGreaterThanOrEqual(Math.max(...seen.map((texts) => texts[n].length)))
    }
    await late.context.close()
  } finally {
    for (const { context } of people) await context.close()
    await server.stop()
  }
})
