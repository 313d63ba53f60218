// What must be so of every page, whoever looks at it.
import AxeBuilder from '@axe-core/playwright'
import { type Page, expect } from '@playwright/test'

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** Axe finds nothing on it, or in this part of it. */
export async function clean(page: Page, part?: string): Promise<void> {
  const axe = new AxeBuilder({ page }).withTags(WCAG)
  const { violations } = await (part ? axe.include(part) : axe).analyze()
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).slice(0, 3).join(' · ')}`)
  expect(found, page.url()).toEqual([])
}

/** Nothing is wider than the screen. */
export async function fits(page: Page, what = page.url()): Promise<void> {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  expect(wide, what).toBeLessThanOrEqual(0)
}

/** Nor than the smallest phone; and axe finds nothing in light or dark. */
export async function looksRight(page: Page): Promise<void> {
  const before = page.viewportSize()!
  await page.setViewportSize({ width: 320, height: 640 })
  await fits(page)
  await page.setViewportSize(before)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await clean(page)
  }
}
