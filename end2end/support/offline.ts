// Somebody whose network the test holds in its hand, what their page says of it, and what their browser keeps.
import type { Page } from '@playwright/test'
import { box, boxes, itemOf, saved } from './page.ts'
import { type Join, type Joined, expect, hydrated, test as base } from './test.ts'
import { Wire } from './wire.ts'

export const SAVED = 'Saved'
export const SAVING = 'Saving…'
export const ON_DEVICE = 'Saved on this device – will send when back online'
export const CANNOT_SAVE = 'Cannot save – do not close'

export const meeting = { pupil: 'Tomek', stage: 'preparing' }

export const test = base.extend<{ wire: Wire }>({
  wire: async ({ server }, use) => {
    const wire = await Wire.to(server)
    await use(wire)
    await wire.close()
  },
})

/** Somebody whose network the test has in its hand, and somebody whose network is good, at the same empty box. */
export async function together(join: Join, wire: Wire, { field = 'impact', ...wanted }: { field?: string; shared?: boolean } = {}) {
  const far = await join({ ...meeting, role: 'teacher', wire, ...wanted })
  const near = await join({ ...meeting, role: 'parent' })
  const mine = boxes(far.page, 'plan', 'targets', field).first()
  const theirs = box(near.page, 'plan', 'targets', await itemOf(mine), field)
  await mine.fill('')
  await saved(far.page)
  await expect(theirs).toHaveValue('')
  return { far, near, mine, theirs }
}

export function state(page: Page) {
  return page.locator('.save-state')
}

/** What waits in this browser, of all its tabs. */
export function waiting(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const all = await indexedDB.databases()
    if (!all.some(({ name }) => name === 'roundtable')) return 0
    const db = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open('roundtable')
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
    db.onversionchange = () => db.close()
    const count = await new Promise<number>((resolve, reject) => {
      const request = db.transaction('unsent').objectStore('unsent').count()
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
    db.close()
    return count
  })
}

export function databases(page: Page): Promise<number> {
  return page.evaluate(async () => (await indexedDB.databases()).length)
}

/** Every phrase the page shows from now on, with what the box held when it was shown. */
export async function listen(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const said: string[] = ((window as any).said = [])
    const line = document.querySelector('.save-state')!
    new MutationObserver(() => said.push(line.textContent!.trim())).observe(line, { subtree: true, childList: true, characterData: true })
  })
  return () => page.evaluate(() => (window as any).said)
}

/** The same browser’s next page, after the one before it is gone. */
export async function nextPage({ context, meeting }: Joined): Promise<Page> {
  const page = await context.newPage()
  await page.goto(`/meetings/${meeting.id}`)
  await hydrated(page)
  return page
}
