import AxeBuilder from '@axe-core/playwright'
import { expect, test } from './support/test.ts'

test('a person joins a meeting by their link, and everyone can read the page', async ({ join }) => {
  const { page, meeting } = await join({})
  await expect(page.getByRole('heading', { level: 1 })).toContainText(meeting.pupil)
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id, help }) => `${id}: ${help}`)).toEqual([])
})
