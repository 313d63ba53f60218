// What people do on the meeting page, in the words of the page.
import { type Locator, type Page, expect } from '@playwright/test'
import type { SectionClient } from './yjs.ts'

/** A text box by where its words live in the document. */
export function box(page: Page, section: string, list: string, item: string, field = 'text'): Locator {
  return page.locator(`textarea[id="${section}-${list}-${item}-${field}"]`)
}

/** All text boxes of one field of a list, in the order of the page. */
export function boxes(page: Page, section: string, list: string, field = 'text'): Locator {
  return page.locator(`textarea[id^="${section}-${list}-"][id$="-${field}"]`)
}

/** Which item a text box belongs to. */
export async function itemOf(box: Locator): Promise<string> {
  const id = (await box.getAttribute('id')) ?? ''
  return /([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/.exec(id)?.[1] ?? ''
}

/** The part of the page a person is at. The pupil sees one part at a time, and so does a phone; everybody else all. */
export async function openPart(page: Page, part: string): Promise<void> {
  const turns = page.locator(`a[href="?part=${part}"]`)
  const list = page.locator('.part-list')
  if (await list.isVisible()) {
    if ((await list.getAttribute('open')) === null) await list.locator('summary').click()
    await list.locator(`a[href="#${part}"]`).click()
  } else {
    const link = (await turns.count()) ? turns.first() : page.locator(`a[href="#${part}"]`).first()
    if (await link.isVisible()) await link.click()
  }
  await expect(page.locator(`#${part}`)).toBeVisible()
}

export async function saved(page: Page): Promise<void> {
  await expect(page.locator('.save-state')).toHaveText('Saved')
}

/** What every text box on the page holds, by its address. */
export function words(page: Page, section: string): Promise<Record<string, string>> {
  return page
    .locator(`textarea[id^="${section}-"]`)
    .evaluateAll((boxes) => Object.fromEntries(boxes.map((box) => [box.id, (box as HTMLTextAreaElement).value])))
}

/** The same of the document the server holds. */
export function truth(client: SectionClient, section: string): Record<string, string> {
  const words: Record<string, string> = {}
  for (const list of client.doc.share.keys()) {
    for (const item of client.items(list)) {
      for (const [field, value] of Object.entries(item)) {
        if (typeof value === 'string') words[`${section}-${list}-${item.id}-${field}`] = value
      }
    }
  }
  return words
}

/** Every box of a section on this page shows what the server holds, to the letter. */
export async function agreesWith(page: Page, client: SectionClient, section: string): Promise<void> {
  await expect
    .poll(async () => {
      const [shown, held] = [await words(page, section), truth(client, section)]
      return Object.entries(shown).filter(([id, text]) => held[id] !== text)
    })
    .toEqual([])
}

/** A day so many days from now, as a date box holds it. */
export function dayAhead(days: number): string {
  const day = new Date()
  day.setDate(day.getDate() + days)
  return day.toISOString().slice(0, 10)
}
