// The other engine: does the page come alive there too?
import { find, expect, test } from './support/test.ts'
import { withFirefox } from './support/firefox.ts'

test('a person joins a meeting in Firefox', async ({ server }) => {
  const { meeting, person } = find(server.meetings(), {})
  await withFirefox(async (browser) => {
    const page = await browser.newPage()
    await page.goto(new URL(person.join_url, server.url).href)
    await page.locator('::-p-aria([name="Join the meeting"][role="button"])').click()
    await page.waitForFunction(
      (path) => location.pathname === path && document.documentElement.dataset.hydrated === 'true',
      {},
      `/meetings/${meeting.id}`,
    )
    expect(await page.$eval('h1', (heading) => heading.textContent)).toContain(meeting.pupil)
  })
})
