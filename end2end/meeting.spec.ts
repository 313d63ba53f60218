import { clean } from './support/looks.ts'
import { expect, test } from './support/test.ts'

test('a person joins a meeting by their link, and everyone can read the page', async ({ join }) => {
  const { page, meeting } = await join({})
  await expect(page.getByRole('heading', { level: 1 })).toContainText(meeting.pupil)
  await clean(page)
})
