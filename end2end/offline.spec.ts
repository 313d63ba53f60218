// No network, bad network, no battery: what was typed is never lost, and what the page says about it is always true.
import type { Page } from '@playwright/test'
import { box, boxes, itemOf, saved } from './support/page.ts'
import { withFirefox } from './support/firefox.ts'
import {
  CANNOT_SAVE, ON_DEVICE, SAVED, SAVING, databases, listen, meeting, nextPage, state, test, together, waiting,
} from './support/offline.ts'
import { expect, find, hydrated } from './support/test.ts'

// Whose network is whose concerns nobody else’s tests.
test.use({ school: 'offline' })
// Several pages each, one after the other, and now and then a network to wait for.
test.describe.configure({ timeout: 150_000 })

test('without a network typing goes on, and all of it is merged when it is back', async ({ join, wire }) => {
  const { far, near, mine, theirs } = await together(join, wire)
  await theirs.fill('Meanwhile. ')
  await expect(mine).toHaveValue('Meanwhile. ')
  const said = await listen(far.page)
  wire.cut()
  await mine.focus()
  await far.page.keyboard.press('Control+End')
  await far.page.keyboard.type('Typed in the lift. ', { delay: 10 })
  await expect(state(far.page)).toHaveText(ON_DEVICE)
  await theirs.focus()
  await near.page.keyboard.press('Control+Home')
  await near.page.keyboard.type('First: ', { delay: 10 })
  await saved(near.page)
  await expect(theirs).toHaveValue('First: Meanwhile. ')
  const phrases = new Set(await said())
  phrases.delete(SAVING)
  expect([...phrases], 'while nothing could be sent').toEqual([ON_DEVICE])

  wire.mend()
  await saved(far.page)
  for (const box of [mine, theirs]) await expect(box).toHaveValue('First: Meanwhile. Typed in the lift. ')
  await expect.poll(() => waiting(far.page)).toBe(0)
})

test('ten minutes without a network: it says where the words are, and nothing else, and all is merged on return', async ({ join, wire }) => {
  const { far, near, mine, theirs } = await together(join, wire)
  const { clock, keyboard } = far.page
  await mine.focus()
  await clock.install()
  // Taken over, the page’s clock begins at nothing again; time goes forward only.
  await clock.fastForward(60_000)
  await expect(mine).toBeFocused()
  wire.cut()
  await keyboard.type('0 ')
  await expect(mine).toHaveValue('0 ')
  await expect(state(far.page)).toHaveText(ON_DEVICE)
  const said = await listen(far.page)
  for (let minute = 1; minute <= 10; minute++) {
    await clock.runFor(60_000)
    await keyboard.type(`${minute} `)
    await expect(state(far.page), `in minute ${minute}`).toHaveText(ON_DEVICE)
    await theirs.focus()
    await near.page.keyboard.press('Control+Home')
    await near.page.keyboard.type(`${minute}, `)
  }
  await saved(near.page)
  const phrases = new Set(await said())
  // What was just typed is on its way to the device.
  phrases.delete(SAVING)
  expect([...phrases].filter((phrase) => phrase !== ON_DEVICE), 'while nothing could be sent').toEqual([])
  await expect.poll(() => waiting(far.page)).toBeGreaterThan(0)

  wire.mend()
  // Within the longest pause between two tries.
  await clock.runFor(60_000)
  await clock.resume()
  await saved(far.page)
  const minutes = [...Array(10).keys()].map((n) => n + 1)
  const mineAlone = `0 ${minutes.join(' ')} `
  const theirsAlone = minutes.reverse().map((minute) => `${minute}, `).join('')
  // Whose come first is for the machines to say.
  const both = new RegExp(`^(${mineAlone}${theirsAlone}|${theirsAlone}${mineAlone})$`)
  for (const box of [mine, theirs]) await expect(box).toHaveValue(both)
  expect(await mine.inputValue()).toBe(await theirs.inputValue())
  await expect.poll(() => waiting(far.page)).toBe(0)
})

test('a stalled network says “Saving…”, then where the words are, and “Saved” only when they are', async ({ join, wire }) => {
  const { far, mine, theirs } = await together(join, wire)
  const said = await listen(far.page)
  wire.stall()
  await mine.fill('Into the void')
  await expect(state(far.page)).toHaveText(SAVING)
  // Kept before the page knows that nobody answers.
  await expect.poll(() => waiting(far.page)).toBe(1)
  await expect(state(far.page)).toHaveText(ON_DEVICE, { timeout: 40_000 })
  expect(await said()).toContain(ON_DEVICE)
  expect(await said()).not.toContain(SAVED)
  await expect(theirs).toHaveValue('')
  wire.mend()
  await saved(far.page)
  await expect(theirs).toHaveValue('Into the void')
})

test('a page that dies without a network loses nothing: the next one sends it', async ({ join, wire }) => {
  const { far, mine, theirs } = await together(join, wire)
  wire.cut()
  await mine.focus()
  await far.page.keyboard.type('Before the battery went', { delay: 5 })
  await expect(state(far.page)).toHaveText(ON_DEVICE)
  await far.page.close()
  wire.mend()
  const page = await nextPage(far)
  await expect(theirs).toHaveValue('Before the battery went')
  await expect(box(page, 'plan', 'targets', await itemOf(theirs), 'impact')).toHaveValue('Before the battery went')
  await saved(page)
  await expect.poll(() => waiting(page)).toBe(0)
})

test('a page that is closed before the answer comes loses nothing either', async ({ join, wire }) => {
  const { far, mine, theirs } = await together(join, wire)
  wire.stall()
  await mine.fill('On its way')
  await expect.poll(() => waiting(far.page)).toBe(1)
  await far.page.close()
  wire.cut()
  wire.mend()
  const page = await nextPage(far)
  await expect(theirs).toHaveValue('On its way')
  await saved(page)
  await expect.poll(() => waiting(page)).toBe(0)
})

test('of two tabs of one person each sends its own, and once', async ({ join, wire }) => {
  const { far, mine, theirs } = await together(join, wire)
  const second = await nextPage(far)
  const other = box(second, 'plan', 'targets', await itemOf(theirs), 'impact')
  wire.cut()
  await mine.focus()
  await far.page.keyboard.type('one ')
  await expect(state(far.page)).toHaveText(ON_DEVICE)
  await other.focus()
  await second.keyboard.type('two ')
  await expect(state(second)).toHaveText(ON_DEVICE)
  await expect.poll(() => waiting(second)).toBe(2)
  // The one dies, the other lives; a third finds the first one’s words, and leaves the second’s alone.
  await far.page.close()
  wire.mend()
  await saved(second)
  const third = await nextPage(far)
  await saved(third)
  for (const letters of ['one ', 'two ']) await expect.poll(async () => (await theirs.inputValue()).split(letters).length).toBe(2)
  await expect.poll(() => waiting(third)).toBe(0)
})

test('a shared device keeps nothing, and says so', async ({ join, wire }) => {
  const { far, mine, theirs } = await together(join, wire, { shared: true })
  wire.cut()
  await mine.fill('On the class tablet')
  await expect(state(far.page)).toHaveText(CANNOT_SAVE)
  expect(await databases(far.page)).toBe(0)
  await far.page.getByRole('button', { name: 'My view' }).click()
  await expect(far.page.locator('#my-view')).toContainText('nothing you write is kept on it')
  wire.mend()
  await saved(far.page)
  await expect(theirs).toHaveValue('On the class tablet')
  expect(await databases(far.page)).toBe(0)
})

test('a pupil is taken to sit at a shared device, everybody else at their own', async ({ server, page }) => {
  const { people } = server.meetings().find(({ pupil, stage }) => pupil === 'Tomek' && stage === 'preparing')!
  const tick = page.getByRole('checkbox', { name: 'This is a shared or school computer' })
  for (const { role, join_url } of people) {
    await page.goto(join_url)
    expect(await tick.isChecked(), role).toBe(role === 'pupil')
  }
})

test('without storage the page says that it cannot keep anything', async ({ join, wire }) => {
  const { far, theirs } = await together(join, wire)
  await far.context.addInitScript(() => Object.defineProperty(window, 'indexedDB', { value: undefined }))
  await far.page.reload()
  await hydrated(far.page)
  const mine = box(far.page, 'plan', 'targets', await itemOf(theirs), 'impact')
  await saved(far.page)
  wire.cut()
  await mine.fill('Nowhere to put it')
  await expect(state(far.page)).toHaveText(CANNOT_SAVE)
  wire.mend()
  await saved(far.page)
  await expect(theirs).toHaveValue('Nowhere to put it')
})

test('what is kept is encrypted, is only what was not sent, and goes after a day', async ({ join, wire }) => {
  const { far, mine } = await together(join, wire)
  wire.cut()
  await mine.fill('Nobody else reads this')
  await expect(state(far.page)).toHaveText(ON_DEVICE)
  const inspect = (page: Page) =>
    page.evaluate(async () => {
      const db = await new Promise<IDBDatabase>((resolve) => {
        const request = indexedDB.open('roundtable')
        request.onsuccess = () => resolve(request.result)
      })
      const read = <T>(store: string) =>
        new Promise<T[]>((resolve) => {
          const request = db.transaction(store).objectStore(store).getAll()
          request.onsuccess = () => resolve(request.result)
        })
      const [values, keys] = [await read<Uint8Array>('unsent'), await read<CryptoKey>('key')]
      db.close()
      return {
        sizes: values.map(({ length }) => length),
        text: values.map((value) => new TextDecoder('latin1').decode(value)).join(),
        extractable: keys.map(({ extractable }) => extractable),
      }
    })
  const { sizes, text, extractable } = await inspect(far.page)
  expect(text).not.toContain('Nobody')
  expect(sizes.length).toBe(1)
  // A few words, and not the plan.
  expect(sizes[0]).toBeLessThan(1_500)
  expect(extractable).toEqual([false])

  await far.page.close()
  wire.mend()
  const aDayLater = await far.context.newPage()
  await aDayLater.clock.install({ time: Date.now() + 25 * 60 * 60 * 1000 })
  await aDayLater.goto('/')
  await aDayLater.clock.runFor(2_000)
  await expect.poll(() => waiting(aDayLater)).toBe(0)
})

test('somebody who comes back after more than a day is given their words, and they are kept no longer', async ({ join, wire }) => {
  const { far, mine, theirs } = await together(join, wire)
  wire.cut()
  await mine.fill('Friday afternoon')
  await expect(state(far.page)).toHaveText(ON_DEVICE)
  await far.page.close()
  wire.mend()
  const page = await far.context.newPage()
  await page.clock.setFixedTime(Date.now() + 25 * 60 * 60 * 1000)
  await page.goto(`/meetings/${far.meeting.id}`)
  await hydrated(page)
  await expect(page.locator('.kept-words')).toHaveText('Friday afternoon')
  await expect.poll(() => waiting(page)).toBe(0)
  await expect(theirs).toHaveValue('')
})

test('a page that slept through a broken line wakes up, hears what it missed, and sends what it has', async ({ join, wire }) => {
  const { far, near, mine, theirs } = await together(join, wire)
  const session = await far.context.newCDPSession(far.page)
  wire.stall()
  await mine.fill('Just before sleep. ')
  await expect.poll(() => waiting(far.page)).toBe(1)
  await session.send('Page.setWebLifecycleState', { state: 'frozen' })
  // While it sleeps its address changes, and life goes on.
  wire.cut()
  await theirs.focus()
  await near.page.keyboard.type('While you slept. ')
  await saved(near.page)
  wire.mend()
  await session.send('Page.setWebLifecycleState', { state: 'active' })
  await saved(far.page)
  for (const text of ['Just before sleep. ', 'While you slept. ']) {
    await expect.poll(() => mine.inputValue()).toContain(text)
    await expect.poll(() => theirs.inputValue()).toContain(text)
  }
})

test('a socket that died in silence is found out within seconds of somebody looking', async ({ join, wire }) => {
  const { far, near, mine, theirs } = await together(join, wire)
  // Nothing is waiting, so nothing but looking asks whether anybody is there.
  wire.forget()
  await theirs.fill('New since')
  await saved(near.page)
  await far.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
  await expect(mine).toHaveValue('New since')
})

test('a page out of the browser’s memory begins again', async ({ join, wire }) => {
  const { far, near, mine, theirs } = await together(join, wire)
  // New connections pass; the old one never says another word.
  wire.forget()
  await theirs.fill('While it was in memory')
  await saved(near.page)
  await far.page.evaluate(() => window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })))
  await expect(mine).toHaveValue('While it was in memory')
})

test('what the meeting has no room for when the network is back is given back as words', async ({ join, wire }) => {
  const { far, near, mine, theirs } = await together(join, wire)
  wire.cut()
  await mine.fill('mine '.repeat(300).trim())
  await expect(state(far.page)).toHaveText(ON_DEVICE)
  await far.page.close()
  await theirs.fill('theirs '.repeat(200).trim())
  await saved(near.page)
  wire.mend()
  const page = await nextPage(far)
  await expect(page.locator('.kept-words')).toContainText('mine '.repeat(300).trim())
  await saved(page)
  await expect(theirs).toHaveValue('theirs '.repeat(200).trim())
  // They outlive that page too, until their person lets go of them.
  await expect.poll(() => waiting(page)).toBe(1)
  await page.close()
  const later = await nextPage(far)
  await expect(later.locator('.kept-words')).toContainText('mine '.repeat(300).trim())
  await later.getByRole('button', { name: 'Throw away' }).click()
  await expect.poll(() => waiting(later)).toBe(0)
})

test('who was signed out meanwhile is told how to come back, and then everything is sent', async ({ join, wire }) => {
  const { far, mine, theirs } = await together(join, wire)
  await far.context.clearCookies({ name: 'sid' })
  wire.cut()
  await mine.fill('After the bell')
  await expect(state(far.page)).toHaveText(ON_DEVICE)
  wire.mend()
  await expect(far.page.getByRole('alert').filter({ hasText: 'You are no longer signed in' })).toBeVisible({ timeout: 40_000 })
  // Nor does the page show the meeting to whoever sits there now.
  await expect(mine).toHaveCount(0)
  await expect(far.page.locator('main')).toContainText('it waits on this device')
  const again = await far.context.newPage()
  await again.goto(wire.through(far.person.join_url))
  await again.getByRole('button', { name: 'Join the meeting' }).click()
  await saved(far.page)
  await expect(mine).toHaveValue('After the bell')
  await expect(theirs).toHaveValue('After the bell')
  await mine.fill('After the bell, and on')
  await expect(theirs).toHaveValue('After the bell, and on')
})

test('Firefox keeps and sends what was typed without a network too', async ({ server, join, wire }) => {
  const { meeting: { id }, person } = find(server.meetings(), { ...meeting, role: 'teacher' })
  const { page: near } = await join({ ...meeting, role: 'parent' })
  const theirs = boxes(near, 'plan', 'targets', 'impact').first()
  await theirs.fill('')
  const mine = `textarea[id="plan-targets-${await itemOf(theirs)}-impact"]`
  await withFirefox(async (browser) => {
    const alive = (state: string) => [
      (state: string) => document.documentElement.dataset.hydrated === 'true' && document.querySelector('.save-state')?.textContent?.trim() === state,
      {},
      state,
    ] as const
    const page = await browser.newPage()
    await page.goto(wire.through(person.join_url))
    await page.locator('::-p-aria([name="Join the meeting"][role="button"])').click()
    await page.waitForFunction(...alive(SAVED))
    wire.cut()
    await page.type(mine, 'Written in Firefox')
    await page.waitForFunction(...alive(ON_DEVICE))
    await page.close()
    wire.mend()
    const next = await browser.newPage()
    await next.goto(`${wire.url}/meetings/${id}`)
    await expect(theirs).toHaveValue('Written in Firefox')
    await next.waitForFunction(...alive(SAVED))
  })
})
