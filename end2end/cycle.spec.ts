// Once round the cycle as a designated teacher goes it: the education plan filled in and a target judged in the
// meeting, agreed, and from that moment in the child's plan, on the map, in what worked, in files and on paper.
import type { Page } from '@playwright/test'
import { expect, hydrated, test } from './support/test.ts'
import { dayAhead, openPart, saved } from './support/page.ts'

test.use({ school: 'goes round' })

const found = 'Five of five, without a reminder'

test('what a designated teacher writes in the meeting is, once agreed, in the plan, the map, what worked and the files', async ({ join, reads }) => {
  test.setTimeout(180_000)
  const { page, meeting } = await join({ pupil: 'Kai', stage: 'preparing', role: 'facilitator' })
  // The child's own words, tapped and written before the meeting, and said in it: in views that nobody else writes in.
  const kai = await join({ pupil: 'Kai', stage: 'preparing', role: 'pupil', prepares: true })
  await kai.page.getByText('Playtime', { exact: true }).filter({ visible: true }).click()
  await saved(kai.page)
  await page.getByRole('button', { name: 'Start the meeting' }).click()
  await expect(page.locator('.stages [aria-current="step"]')).toHaveText('Together')
  await kai.page.goto(`/meetings/${meeting.id}`)
  await hydrated(kai.page)
  await openPart(kai.page, 'working')
  await kai.page.getByRole('button', { name: 'Add something I want to say' }).click()
  await kai.page.keyboard.type('I want to see the new school twice.')
  await saved(kai.page)

  // The education plan: what the money is for, and how far the child has come.
  await openPart(page, 'pep')
  const pep = page.locator('#pep')
  const add = async (words: string, field: string, value: string) => {
    await pep.getByRole('button', { name: words }).click()
    const box = pep.locator(`textarea[id$="-${field}"]`).last()
    await box.fill(value)
    return (await box.getAttribute('id'))!.replace(`-${field}`, '')
  }
  const spend = await add('Add a spend', 'purpose', 'A drum kit for the club')
  // For a step of the plan, by its name.
  const choice = page.locator(`[id="${spend}-targets"]`)
  await choice.selectOption({ index: 1 })
  // Somebody else’s new step comes into the list, and takes nobody out of it.
  const [first, steps] = [await choice.inputValue(), await choice.locator('option').count()]
  await choice.focus()
  const { page: fenn } = await join({ pupil: 'Kai', stage: 'preparing', name: 'Miss Fenn' })
  await openPart(fenn, 'targets')
  await fenn.locator('#targets').getByRole('button', { name: 'Add a next step' }).click()
  await expect(choice.locator('option')).toHaveCount(steps + 1)
  await expect(choice).toBeFocused()
  await expect(choice).toHaveValue(first)
  const added = await fenn.evaluate(() => (document.activeElement!.closest('[data-row]') as HTMLElement).dataset.row)
  await fenn.locator(`[data-row="${added}"]`).getByRole('button', { name: /^Remove/ }).first().click()
  await saved(fenn)
  // Its money, and the score of the SDQ, are in no page of the child's, the family's and the other staff's.
  await pep.locator('input[id$="-allocated_pence"]').last().fill('120')
  await pep.locator('input[id$="-spent_pence"]').last().fill('45')
  await page.locator(`[id="${spend}-impact"]`).fill('Kai stays on Thursdays.')
  const score = await add('Add a score', 'by', 'carer')
  await page.locator(`[id="${score}-total"]`).fill('13')
  for (const other of [kai.page, fenn]) {
    await openPart(other, 'pep')
    await expect(other.locator('#pep')).toContainText('What I hope to do or be')
    await expect(other.locator('body')).not.toContainText(/premium|SDQ|set aside/i)
  }
  const subject = await add('Add a subject', 'subject', 'Music')
  await page.locator(`[id="${subject}-now"]`).fill('Plays a beat')
  await add('Add a step', 'text', 'Meet the music teacher of the new school')

  await saved(page)
  // What the plan still lacks, counted from what stands there now.
  const [so_far] = await Promise.all([page.waitForEvent('popup'), pep.getByRole('link', { name: /What the plan still lacks/ }).click()])
  const lacks = so_far.getByRole('region', { name: /^The plan for .*, so far$/ })
  await expect(lacks.getByRole('listitem')).toHaveCount(11)
  await expect(lacks.getByRole('listitem').filter({ hasText: 'The carers’ part' })).toContainText('Missing')
  await expect(lacks.getByRole('listitem').filter({ hasText: 'Pupil premium plus' })).toContainText('There')
  await expect(lacks.getByRole('listitem').filter({ hasText: 'What happens when something changes' })).toContainText('There')
  await so_far.close()

  // A target of last time: judged by its step of the scale, and by three scores.
  const review = page.locator('.review').first()
  await review.locator('select[id$="-rating"]').selectOption('EXCEEDED')
  for (const [voice, score] of [['pupil', '9'], ['home', '8'], ['school', '9']]) {
    await review.locator(`select[id$="-after_${voice}"]`).selectOption(score)
  }
  await review.locator('textarea[id$="-exit"]').fill(found)
  await page.getByLabel('When we meet again').fill(dayAhead(110))
  await saved(page)

  await page.getByRole('button', { name: 'Agree and save' }).click()
  await page.getByRole('button', { name: 'Yes, agree and save' }).click()
  await expect(page.getByRole('link', { name: 'Read the plan' }).first()).toBeVisible()
  await page.goto(`/meetings/${meeting.id}/record`)
  await expect(page.getByRole('main')).toContainText(found)
  // The education plan is not on the paper that lies on kitchen tables.
  await expect(page.getByRole('main')).not.toContainText('A drum kit for the club')

  await page.goto('/')
  await page.getByRole('main').getByRole('link', { name: 'Kai', exact: true }).first().click()
  const child = page.url()
  await expect(page.getByRole('main')).toContainText(found)
  await page.goto(`${child}/pep`)
  await expect(page.getByRole('region', { name: 'Pupil premium plus' })).toContainText('£45.00 of £120.00 spent.')
  await expect(page.getByRole('main')).toContainText('13 (carer)')
  await expect(page.getByRole('region', { name: 'Learning', exact: true })).toContainText('Plays a beat')
  await expect(page.getByRole('main')).toContainText('Meet the music teacher of the new school')
  const said = page.getByRole('region', { name: 'What Kai said' })
  for (const words of ['Playtime', 'I want to see the new school twice.']) {
    await expect(said.getByRole('figure').filter({ hasText: words })).toContainText('Kai said this')
  }

  // The SENCO’s eyes: what worked, the files, and what was promised.
  const senco = await reads({ pupil: 'Tomek', role: 'facilitator' })
  await takesAway(senco.page, child)
})

async function takesAway(page: Page, child: string): Promise<void> {
  await page.goto('/impact')
  await expect(page.getByRole('main')).toContainText('ELSA: repair and restore')
  const saves = async (click: () => Promise<void>) => {
    const download = page.waitForEvent('download')
    await click()
    const file = await download
    const chunks: Buffer[] = []
    for await (const chunk of await file.createReadStream()) chunks.push(chunk as Buffer)
    return { name: file.suggestedFilename(), bytes: Buffer.concat(chunks) }
  }
  // The newest term that has something of Tomek’s: which one that is hangs on the day of the year.
  await page.goto('/map')
  const terms = await page.getByLabel('Term', { exact: true }).locator('option').all()
  const values = await Promise.all(terms.map((term) => term.getAttribute('value')))
  for (const value of values) {
    await page.getByLabel('Term', { exact: true }).selectOption(value)
    await page.getByRole('button', { name: 'Show' }).click()
    await expect(page).toHaveURL(new RegExp(`term=${value}`))
    if (await page.getByLabel('Class').locator('option[value="4Q"]').count()) break
  }
  await page.getByLabel('Class').selectOption('4Q')
  await page.getByLabel('Paid from').selectOption('SEN notional budget')
  await page.getByRole('button', { name: 'Show' }).click()
  const table = page.getByRole('table', { name: /Each kind of help/ })
  await expect(table).toContainText('Tomek')
  await expect(table).not.toContainText('Kai')
  const map = await saves(() => page.getByRole('link', { name: 'Download as a spreadsheet' }).click())
  expect(map.name).toBe('who-gets-what.csv')
  expect(map.bytes.toString().split('\r\n')[0]).toContain('"Help","Tier","Who","Children"')
  expect(map.bytes.toString()).not.toContain('ELSA')

  await page.goto(child)
  await expect(page.getByRole('main')).toContainText(found)
  const all = await saves(() => page.getByRole('button', { name: 'Download everything' }).click())
  expect(all.name).toBe('everything-about-one-child.zip')
  expect(all.bytes.subarray(0, 2).toString()).toBe('PK')
  const done = page.getByRole('region', { name: 'Still to do' }).getByRole('button', { name: /^Done/ })
  const open = await done.count()
  expect(open).toBeGreaterThan(0)
  await done.first().click()
  await expect(done).toHaveCount(open - 1)
}

test('the longest passport prints on one page', async ({ reads }) => {
  for (const pupil of ['Tomek', 'Amara', 'Kai']) {
    const { page } = await reads({ pupil, role: 'facilitator' })
    await page.goto('/')
    await page.getByRole('main').getByRole('link', { name: pupil, exact: true }).first().click()
    await page.getByRole('link', { name: 'The passport, on one page' }).click()
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(`${pupil}’s passport`)
    const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true })
    expect(pdf.toString('latin1').match(/\/Type\s*\/Page[^s]/g)?.length, pupil).toBe(1)
  }
})
