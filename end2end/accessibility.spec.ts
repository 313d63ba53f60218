// Everyone can use it: axe on every page, the whole meeting by keyboard, small screens and large zoom.
import type { Page } from '@playwright/test'
import { clean, fits } from './support/looks.ts'
import { expect, test } from './support/test.ts'

/** From the list of meetings: the record of one that was agreed. */
async function recordPath(page: Page): Promise<string> {
  return (await page.locator('a[href$="/record"]').first().getAttribute('href'))!
}

const roles = ['facilitator', 'pupil', 'parent', 'specialist']

for (const role of roles) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`axe finds nothing on the meeting page of the ${role}, ${colorScheme}`, async ({ join }) => {
      const { page } = await join({ pupil: 'Tomek', stage: 'preparing', role })
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await clean(page)
    })
  }
}

test('axe finds nothing on the other pages', async ({ server, join, page: stranger }) => {
  const { page, person } = await join({ pupil: 'Tomek', role: 'facilitator' })
  await page.goto('/')
  await clean(page)
  const record = await recordPath(page)
  await page.goto(record)
  await clean(page)
  await page.goto(record.replace('/record', ''))
  await clean(page)
  await page.goto('/meetings/00000000-0000-0000-0000-000000000000')
  await clean(page)
  await stranger.goto(person.join_url)
  await clean(stranger)
  for (const path of ['/', '/goodbye']) {
    await stranger.goto(`${server.url}${path}`)
    await clean(stranger)
  }
})

for (const [what, width, height] of [['a small phone', 320, 640], ['400 % zoom on a laptop', 320, 256], ['a phone', 360, 740]] as const) {
  test(`nothing is cut off or scrolls sideways on ${what}`, async ({ join }) => {
    const { page, meeting } = await join({ pupil: 'Tomek', role: 'parent' })
    await page.setViewportSize({ width, height })
    await page.goto('/')
    for (const path of [`/meetings/${meeting.id}`, await recordPath(page), '/']) {
      await page.goto(path)
      await fits(page, path)
      // One part at a time is to be seen.
      for (const href of await page.locator('.part-list a[href^="#"]').evaluateAll((all) => all.map((link) => link.getAttribute('href')!))) {
        await page.goto(path + href)
        await fits(page, path + href)
      }
    }
  })
}

test('the page can be read with scripts off', async ({ server, browser, join }) => {
  const { context, meeting } = await join({ pupil: 'Tomek', stage: 'preparing', role: 'teacher' })
  const quiet = await browser.newContext({ javaScriptEnabled: false, storageState: await context.storageState(), baseURL: server.url })
  const page = await quiet.newPage()
  await page.goto(`/meetings/${meeting.id}`)
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Tomek')
  await expect(page.locator('body')).toContainText('It would help me if you could')
  await expect(page.locator('body')).toContainText('Say my name first')
  expect(await page.locator('textarea[id^="plan-targets-"][id$="-pupil_words"]').first().inputValue()).toContain('Jakub')
  // Nothing is said to be saved that cannot be, and why it cannot is said.
  await expect(page.locator('.save-state')).toHaveText('')
  await expect(page.locator('.needs-scripts')).toBeVisible()
  await quiet.close()
})

test('on a phone, whether it is saved, how far the meeting is and who is here can always be seen', async ({ join }) => {
  for (const role of ['parent', 'pupil']) {
    const { page } = await join({ pupil: 'Tomek', stage: 'preparing', role })
    await page.setViewportSize({ width: 360, height: 740 })
    await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight))
    for (const what of ['.save-state', '.stages .is-now', ':is(.who-link, .with-me)']) {
      await expect(page.locator(what).first(), `${role}: ${what}`).toBeInViewport({ ratio: 1 })
    }
    // Nor does what stays hide where somebody is.
    for (let presses = 0; presses < 12; presses++) {
      await page.keyboard.press('Shift+Tab')
      const hidden = await page.evaluate(() => {
        const at = document.activeElement!
        if (!at.closest('.sheet')) return false
        const { left, top, width, height } = at.getBoundingClientRect()
        const over = document.elementFromPoint(left + width / 2, top + height / 2)
        return !(over && (at.contains(over) || over.contains(at) || over.closest('label, .cofield, .date')))
      })
      expect(hidden, `${role}: ${await page.evaluate(() => document.activeElement!.outerHTML.slice(0, 200))}`).toBe(false)
    }
  }
})

test('a person writes, adds, moves and takes away by keyboard alone', async ({ join }) => {
  const { page } = await join({ pupil: 'Tomek', stage: 'preparing', role: 'teacher' })
  const boxes = page.locator('textarea[id^="assess-admire-"]')
  const before = await boxes.count()
  await page.getByRole('button', { name: /^Add something you like or admire/ }).focus()
  await page.keyboard.press('Enter')
  await expect(boxes).toHaveCount(before + 1)
  // The new line has the focus: the person asked for it.
  await expect(boxes.last()).toBeFocused()
  await page.keyboard.type('He laughs at my jokes.')
  const tab = async (name: RegExp) => {
    for (let presses = 0; presses < 12; presses++) {
      await page.keyboard.press('Tab')
      const label = await page.evaluate(() => document.activeElement?.textContent ?? '')
      if (name.test(label)) return
    }
    throw new Error(`no ${name} within reach of the Tab key`)
  }
  await tab(/Up/)
  await page.keyboard.press('Enter')
  await expect(boxes.nth(before - 1)).toHaveValue('He laughs at my jokes.')
  await tab(/Remove/)
  await page.keyboard.press('Enter')
  await expect(boxes).toHaveCount(before)
  // Nobody is left nowhere: what undoes it has the focus.
  await expect(page.getByRole('button', { name: 'Put back' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(boxes).toHaveCount(before + 1)
})
