// Five people round the table, all writing at once. Every letter arrives, in everybody's order; nobody's caret or
// focus is ever moved by somebody else; undo takes back one's own words and nobody else's.
import type { Page } from '@playwright/test'
import { agreesWith, box, boxes, itemOf, openPart, saved } from './support/page.ts'
import { type Joined, expect, test } from './support/test.ts'
import { SectionClient, signIn, socket } from './support/yjs.ts'

test.use({ school: 'meets' })

const meeting = { pupil: 'Tomek', stage: 'preparing' }
const roles = ['facilitator', 'pupil', 'parent', 'teacher', 'specialist'] as const
// Letters that only one person types, so that whose is whose can be read off the text.
const alphabets = ['abcdefghij', 'KLMNOPQRST', 'ABCDEFGHIJ', '0123456789', 'klmnopqrst']

test('five people write at once, and every screen and the server end the same', async ({ server, join }) => {
  test.setTimeout(180_000)
  const people: Joined[] = []
  for (const role of roles) people.push(await join({ ...meeting, role }))
  const [facilitator, pupil, parent, teacher, specialist] = people.map(({ page }) => page)
  const interpreter = people[0].meeting.people.find(({ role }) => role === 'interpreter')!
  const connection = socket(server, await signIn(server, interpreter))
  const passport = new SectionClient(connection, people[0].meeting, 'passport')
  const plan = new SectionClient(connection, people[0].meeting, 'plan')
  await expect.poll(() => passport.synced && plan.synced).toBe(true)
  await facilitator.getByRole('button', { name: 'Start the meeting' }).click()
  for (const page of [facilitator, parent, teacher, specialist]) {
    await expect(page.locator('.stages [aria-current="step"]')).toHaveText('Together')
  }
  await openPart(pupil, 'passport')

  await test.step('the same statement, by all five at the same moment', async () => {
    const before = await boxes(teacher, 'passport', 'help').count()
    await teacher.getByRole('button', { name: 'Add something that would help' }).click()
    await expect(boxes(teacher, 'passport', 'help')).toHaveCount(before + 1)
    const item = await itemOf(boxes(teacher, 'passport', 'help').last())
    const theBox = (page: Page) => box(page, 'passport', 'help', item)
    await theBox(teacher).fill('-----')
    for (const { page } of people) {
      await expect(theBox(page)).toHaveValue('-----')
      await theBox(page).focus()
    }
    // Each begins at a place of their own between the dashes.
    for (const [n, { page }] of people.entries()) {
      await theBox(page).evaluate((box: HTMLTextAreaElement, at) => box.setSelectionRange(at, at), n)
    }
    await Promise.all(people.map(({ page }, n) => page.keyboard.type(alphabets[n].repeat(2), { delay: 25 })))
    for (const { page } of people) await saved(page)
    for (const { page } of people) await agreesWith(page, passport, 'passport')

    const text = passport.text('help', item, 'text').toString()
    for (const [n, alphabet] of alphabets.entries()) {
      const mine = [...text].filter((letter) => alphabet.includes(letter)).join('')
      expect(mine, roles[n]).toBe(alphabet.repeat(2))
    }
    expect(text.replaceAll(/[^-]/g, '')).toBe('-----')

    // Still where they were: in the box, right behind the last letter of their own.
    for (const [n, { page }] of people.entries()) {
      const [focused, behind] = await theBox(page).evaluate((box: HTMLTextAreaElement) => [
        document.activeElement === box,
        box.value[box.selectionStart - 1],
      ])
      expect([focused, behind], roles[n]).toEqual([true, alphabets[n].at(-1)])
    }

    // Undo is one's own.
    for (let presses = 0; presses < 25; presses++) await parent.keyboard.press('Control+z')
    await saved(parent)
    await expect.poll(() => passport.text('help', item, 'text').toString()).not.toMatch(/[A-J]/)
    for (const [n, alphabet] of alphabets.entries()) {
      if (roles[n] === 'parent') continue
      const theirs = [...passport.text('help', item, 'text').toString()].filter((letter) => alphabet.includes(letter)).join('')
      expect(theirs, `undo by the parent, letters of the ${roles[n]}`).toBe(alphabet.repeat(2))
    }
  })

  await test.step('different things at the same moment: adding, writing, moving, taking away', async () => {
    const first = await itemOf(boxes(facilitator, 'plan', 'targets', 'success').first())
    const [help, actionsBefore] = [await boxes(teacher, 'plan', 'targets', 'success').count(), await boxes(parent, 'do', 'actions', 'what').count()]
    await Promise.all([
      (async () => {
        await box(facilitator, 'plan', 'targets', first, 'success').focus()
        await facilitator.keyboard.press('Control+End')
        await facilitator.keyboard.type(' Twice.', { delay: 20 })
      })(),
      teacher.getByRole('button', { name: 'Add a next step' }).click(),
      specialist.getByRole('button', { name: 'Add a next step' }).click(),
      parent.locator('#actions').getByRole('button', { name: /Remove/ }).first().click(),
    ])
    await expect(boxes(facilitator, 'plan', 'targets', 'success')).toHaveCount(help + 2)
    await expect(boxes(teacher, 'do', 'actions', 'what')).toHaveCount(actionsBefore - 1)
    // Whoever added a step is in its first box already.
    for (const page of [teacher, specialist]) await expect(page.locator('textarea:focus')).toHaveId(/-pupil_words$/)
    // A word that is being composed is lost with the focus, however quickly that is given back.
    const writers = [teacher, specialist]
    const leaves = () => Object.assign(window, { left: 0 }) && addEventListener('focusout', () => Object.assign(window, { left: 1 }))
    for (const page of writers) await page.evaluate(leaves)
    await Promise.all([
      facilitator.locator(`[id="down-plan-targets-${first}"]`).click(),
      specialist.keyboard.type('By the specialist'),
      teacher.keyboard.type('By the teacher'),
      parent.getByRole('button', { name: 'Put back' }).first().click(),
    ])
    await expect(boxes(teacher, 'do', 'actions', 'what')).toHaveCount(actionsBefore)
    for (const page of writers) {
      await saved(page)
      expect(await page.evaluate(() => 'left' in window && window.left)).toBe(0)
      // What was moved meanwhile is where it belongs as soon as they have finished.
      await page.locator('textarea:focus').blur()
    }
    for (const page of [facilitator, parent, teacher, specialist]) {
      await saved(page)
      await agreesWith(page, plan, 'plan')
      const order = await boxes(page, 'plan', 'targets', 'success').evaluateAll((all) => all.map(({ id }) => id))
      expect(order).toEqual(plan.items('targets').map(({ id }) => `plan-targets-${id}-success`))
    }
    const all = plan.items('targets').flatMap((target) => Object.values(target).map(String))
    expect(all).toEqual(expect.arrayContaining([expect.stringContaining('By the specialist'), expect.stringContaining('By the teacher')]))
  })

  await test.step('who writes where is said in words, and a call to look somewhere moves nobody', async () => {
    const target = boxes(teacher, 'plan', 'targets', 'baseline').first()
    await target.focus()
    await teacher.keyboard.type('x')
    await expect(parent.locator('.writing-here').first()).toContainText('is writing here')
    const caret = () => target.evaluate((box: HTMLTextAreaElement) => [document.activeElement === box, box.selectionStart])
    const before = await caret()
    await openPart(facilitator, 'who')
    await facilitator.getByRole('button', { name: /Bring everyone/ }).first().click()
    await expect(teacher.getByRole('link', { name: 'Go there' }).or(teacher.getByRole('button', { name: 'Go there' })).first()).toBeVisible()
    expect(await caret()).toEqual(before)
  })

  await test.step('what I write stays where it is on my screen, whatever happens above it', async () => {
    const mine = boxes(parent, 'do', 'actions', 'what').nth(1)
    await mine.focus()
    await parent.keyboard.press('Control+End')
    const top = () => mine.evaluate((box) => box.getBoundingClientRect().top)
    const before = await top()
    const stays = async (what: string) => {
      await expect(async () => expect(Math.abs((await top()) - before), what).toBeLessThanOrEqual(2)).toPass({ timeout: 3_000 })
      await expect(mine, what).toBeFocused()
    }
    // The call to look elsewhere takes no room.
    await openPart(facilitator, 'admire')
    await facilitator.getByRole('button', { name: /Bring everyone/ }).click()
    await expect(parent.locator('.go-there')).toContainText('What we like and admire')
    await stays('a call to look elsewhere')

    const above = boxes(parent, 'plan', 'targets', 'baseline').first()
    await boxes(teacher, 'plan', 'targets', 'baseline').first().fill('One\nTwo\nThree\nFour\nFive\nSix')
    await expect(above).toHaveValue('One\nTwo\nThree\nFour\nFive\nSix')
    await stays('lines written above')

    const steps = await boxes(parent, 'plan', 'targets', 'baseline').count()
    await teacher.getByRole('button', { name: 'Add a next step' }).click()
    await expect(boxes(parent, 'plan', 'targets', 'baseline')).toHaveCount(steps + 1)
    await stays('a step added above')
  })

  await test.step('a row that somebody removes stays with whoever is writing in it', async () => {
    const item = await itemOf(boxes(parent, 'do', 'actions', 'what').nth(1))
    const mine = box(parent, 'do', 'actions', item, 'what')
    const began = await mine.inputValue()
    await mine.focus()
    await parent.keyboard.press('Control+End')
    const typing = parent.keyboard.type(' and every letter of this', { delay: 40 })
    await teacher.locator(`[data-row="${item}"]`).getByRole('button', { name: /^Remove/ }).click()
    await typing
    await expect(parent.locator('.removed.is-above')).toContainText('removed this')
    await expect(mine).toBeFocused()
    await expect(mine).toHaveValue(`${began} and every letter of this`)
    // Until they leave it.
    await boxes(parent, 'do', 'actions', 'what').first().focus()
    await expect(mine).toHaveCount(0)
    await teacher.locator('#actions').getByRole('button', { name: 'Put back' }).click()
    await expect(mine).toHaveValue(`${began} and every letter of this`)
    await expect(boxes(parent, 'do', 'actions', 'what').first()).toBeFocused()
  })
  connection.destroy()
})

test('help for two steps has its boxes once, so that nobody writes over what another box hides', async ({ join }) => {
  const amara = { pupil: 'Amara', stage: 'preparing' }
  const { page: facilitator } = await join({ ...amara, role: 'facilitator' })
  const { page: teacher } = await join({ ...amara, role: 'teacher' })
  await openPart(facilitator, 'targets')
  const again = facilitator.getByRole('link', { name: 'the same as with next step' })
  await expect(again.first()).toContainText('Reading fluency group')
  for (const page of [facilitator, teacher]) {
    const twice = await page.evaluate(() => {
      const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id)
      return ids.filter((id, at) => ids.indexOf(id) !== at)
    })
    expect(twice).toEqual([])
  }
  // The way there ends in the box itself.
  await again.first().click()
  const name = facilitator.locator('textarea:focus')
  await expect(name).toHaveValue(/Reading fluency group/)
  await name.press('Home')
  await name.pressSequentially('Our ')
  const id = `[id="${await name.getAttribute('id')}"]`
  const theirs = teacher.locator(id)
  await expect(theirs).toHaveValue(/^Our Reading fluency group/)
  await expect(again.first()).toContainText('Our Reading fluency group')
  await theirs.press('End')
  await theirs.pressSequentially('!')
  await expect(name).toHaveValue(/^Our Reading fluency group.*!$/)
  // Whoever writes in it goes on, when its step is moved and when it is taken off the page.
  const step = facilitator.locator('.target').first()
  await theirs.pressSequentially(' One')
  await step.getByRole('button', { name: /Down/ }).first().click()
  await expect(teacher.locator('.target', { has: teacher.locator('textarea:focus') }).locator('h3')).toContainText('Next step 2')
  await teacher.keyboard.type(' two')
  await expect(facilitator.locator(id)).toHaveValue(/! One two$/)
  // The step that help names first goes: it stands on with the other.
  await step.getByRole('button', { name: /Remove/ }).first().click()
  await expect(teacher.locator('.target', { has: theirs }).locator('h3')).toContainText('Next step 1')
  await teacher.keyboard.type(' three')
  await expect(facilitator.locator(id)).toHaveValue(/! One two three$/)
})
