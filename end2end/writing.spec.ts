// One text box, two people in it: what a person writing notices, or must not notice, of the other.
import type { Locator, Page } from '@playwright/test'
import { boxes, saved } from './support/page.ts'
import { type Join, expect, hydrated, test } from './support/test.ts'

type Side = { page: Page; box: Locator }

/** Two people at the same empty box. */
async function together(join: Join, field = 'title'): Promise<[Side, Side]> {
  const { page: mine } = await join({ pupil: 'Tomek', role: 'facilitator' })
  const { page: theirs } = await join({ pupil: 'Tomek', role: 'parent' })
  const [me, you] = [mine, theirs].map((page) => ({ page, box: boxes(page, 'plan', 'targets', field).first() }))
  await me!.box.fill('')
  await expect(you!.box).toHaveValue('')
  return [me!, you!]
}

/** The box with its label, its buttons and who is there. */
function around({ box }: Side): Locator {
  return box.locator('xpath=ancestor::*[contains(concat(" ", @class, " "), " field ")][1]')
}

async function writes(side: Side, text: string): Promise<void> {
  await side.box.focus()
  await side.page.keyboard.type(text)
}

async function select(side: Side, from: number, to = from): Promise<void> {
  await side.box.evaluate((box: HTMLTextAreaElement, [from, to]) => {
    box.focus()
    box.setSelectionRange(from!, to!)
  }, [from, to])
}

function selection({ box }: Side): Promise<{ from: number; to: number; focused: boolean }> {
  return box.evaluate((box: HTMLTextAreaElement) => ({
    from: box.selectionStart,
    to: box.selectionEnd,
    focused: document.activeElement === box,
  }))
}

async function both(sides: [Side, Side], text: string): Promise<void> {
  for (const { box } of sides) await expect(box).toHaveValue(text)
}

test('a caret stays by its letter, whatever somebody else writes around it', async ({ join }) => {
  const [me, you] = await together(join)
  await writes(me, 'one two three')
  await both([me, you], 'one two three')

  await select(you, 3)
  await select(me, 3)
  await writes(me, 'XX')
  await both([me, you], 'oneXX two three')
  expect(await selection(you)).toEqual({ from: 3, to: 3, focused: true })

  await select(me, 0)
  await writes(me, 'YY')
  await both([me, you], 'YYoneXX two three')
  expect(await selection(you)).toEqual({ from: 5, to: 5, focused: true })

  // A selection loses what somebody else deletes out of it, and nothing more.
  await select(you, 8, 11)
  await select(me, 9, 10)
  await me.page.keyboard.press('Delete')
  await both([me, you], 'YYoneXX to three')
  expect(await selection(you)).toEqual({ from: 8, to: 10, focused: true })
})

test('two people who write in one box at once lose no letter', async ({ join }) => {
  const [me, you] = await together(join)
  await writes(me, '.')
  await both([me, you], '.')
  await select(me, 1)
  await select(you, 0)
  await Promise.all([
    me.page.keyboard.type(' and 👩‍👩‍👧‍👦 at the end سلام', { delay: 15 }),
    you.page.keyboard.type('At the beginning 😀', { delay: 20 }),
  ])
  await both([me, you], 'At the beginning 😀. and 👩‍👩‍👧‍👦 at the end سلام')
  await saved(me.page)
  await saved(you.page)
})

test('undo takes back my words and nobody else’s', async ({ join }) => {
  const [me, you] = await together(join, 'baseline')
  await writes(me, 'Their words.')
  await both([me, you], 'Their words.')
  await select(you, 12)
  await writes(you, ' My words')
  await both([me, you], 'Their words. My words')
  await select(me, 0)
  await writes(me, 'Now: ')
  await both([me, you], 'Now: Their words. My words')

  await you.page.keyboard.press('Control+z')
  await both([me, you], 'Now: Their words.')
  await you.page.keyboard.press('Control+y')
  await both([me, you], 'Now: Their words. My words')
  const field = around(you)
  await field.getByRole('button', { name: 'Undo mine' }).click()
  await both([me, you], 'Now: Their words.')
})

test('a word that is being composed is not broken off by somebody else’s', async ({ join }) => {
  const [me, you] = await together(join)
  await writes(me, 'Play a game')
  await both([me, you], 'Play a game')
  const keyboard = await you.page.context().newCDPSession(you.page)
  const compose = (text: string) =>
    keyboard.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length })

  await select(you, 4)
  await compose('ni')
  await select(me, 0)
  await writes(me, 'Now: ')
  await expect(me.box).toHaveValue('Now: Playni a game')
  await expect(you.box).toHaveValue('Playni a game')
  await expect(you.page.locator('.held-chip')).toContainText('waiting')
  await compose('nihao')
  await keyboard.send('Input.insertText', { text: '你好' })
  await both([me, you], 'Now: Play你好 a game')
  expect(await selection(you)).toEqual({ from: 11, to: 11, focused: true })
})

test('what is typed before any script has arrived is kept', async ({ join }) => {
  const [me, you] = await together(join)
  await writes(me, 'Seen')
  await both([me, you], 'Seen')
  await saved(me.page)

  let arrive = () => {}
  const late = new Promise<void>((resolve) => (arrive = resolve))
  await you.page.route('**/*.wasm', async (route) => {
    await late
    await route.continue()
  })
  await you.page.reload({ waitUntil: 'commit' })
  await you.box.focus()
  await you.page.keyboard.press('Control+End')
  await you.page.keyboard.type(' and typed early')
  await select(me, 0)
  await writes(me, 'First: ')
  arrive()
  await hydrated(you.page)
  await both([me, you], 'First: Seen and typed early')
  expect((await selection(you)).focused).toBe(true)
})

test('who writes where is said in words, and goes when they go', async ({ join }) => {
  const [me, you] = await together(join)
  await you.box.focus()
  const field = around(me)
  await expect(field.locator('.writing-here')).toHaveText('Agnieszka is writing here')
  await expect(me.box).toHaveAccessibleDescription('Agnieszka is writing here')
  await expect(field.locator('.caret')).toHaveCount(1)

  // The caret is drawn on a mirror of the text: both break their lines at the same letters, wherever it stands.
  const long = 'Playtimefriendshipsandallthatbelongstothem, unbelievablyextraordinarilylongwords and short ones'
  await me.box.fill(long)
  await expect(you.box).toHaveValue(long)
  for (const at of [4, 30, 60, 80]) {
    await select(you, at)
    await expect(field.locator('.caret')).toHaveCount(1)
    await expect.poll(() => field.locator('.carets').evaluate((mirror) => mirror.firstChild?.textContent?.length)).toBe(at)
    for (const width of [320, 360, 412, 700]) {
      await me.page.setViewportSize({ width, height: 740 })
      const [text, mirror] = await field.locator('.cofield').evaluate((both) => {
        const [box, mirror] = [both.querySelector('textarea')!, both.querySelector('.carets')!]
        // The letters alone: the name beside a caret stands above its line.
        const lines = [...mirror.childNodes].filter(({ nodeType }) => nodeType === Node.TEXT_NODE).flatMap((text) => {
          const letters = document.createRange()
          letters.selectNode(text)
          return [...letters.getClientRects()]
        })
        const height = Math.max(...lines.map(({ bottom }) => bottom)) - Math.min(...lines.map(({ top }) => top))
        const { paddingTop, paddingBottom } = getComputedStyle(box)
        return [box.clientHeight - parseFloat(paddingTop) - parseFloat(paddingBottom), height]
      })
      expect(Math.abs(mirror! - text!), `at ${at}, ${width} px wide`).toBeLessThan(12)
    }
  }
  await you.box.blur()
  await expect(field.locator('.writing-here')).toHaveCount(0)
  await expect(field.locator('.caret')).toHaveCount(0)
})

test('what is written while the server is away arrives when it is back', async ({ server, join }) => {
  const [me, you] = await together(join, 'success')
  await writes(me, 'Before')
  await both([me, you], 'Before')
  await saved(me.page)
  await server.kill()
  await writes(me, ' and during')
  await expect(me.page.locator('.save-state')).toHaveText('Saved on this device – will send when back online')
  await select(you, 0)
  await writes(you, 'Also: ')
  await server.startAgain()
  await both([me, you], 'Also: Before and during')
  await saved(me.page)
  await saved(you.page)
})

test('what a box has no room for is kept, and said', async ({ join }) => {
  const [me] = await together(join, 'impact')
  await me.page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await me.page.evaluate((text) => navigator.clipboard.writeText(text), 'too long '.repeat(300))
  await me.box.focus()
  await me.page.keyboard.press('Control+v')
  await expect(me.page.locator('.kept')).toContainText('too long')
  await expect(me.page.locator('.kept-words')).toHaveText('too long '.repeat(300).trim())
  await expect(around(me).locator('.hint')).toHaveText('This box is full')
  await saved(me.page)
})

test('a number or a day that is none stays in its box and reaches nobody, and that is said', async ({ join }) => {
  const meeting = { pupil: 'Tomek', stage: 'preparing' }
  // What help costs is sent to whoever runs the meeting alone: at two screens here.
  const [me, you] = [await join({ ...meeting, role: 'facilitator' }), await join({ ...meeting, role: 'facilitator' })]
  const at = (who: typeof me, end: string) => who.page.locator(`input[id$="${end}"]`).first()
  for (const [end, right, shown, wrong, said] of [
    ['-pence_per_pupil', '12,50', '12.50', ['-3', '1e3', '1000000000', '7.5.5'], 'Write pounds, like 12.50'],
    ['-planned', '20', '20', ['7,5', '-5', '5000', '3.5', 'ten'], 'Write a whole number from 0 to 2000'],
    ['-by', '2027-03-11', '2027-03-11', ['0022-03-11'], 'Write the year in full'],
  ] as const) {
    const [mine, yours] = [at(me, end), at(you, end)]
    await mine.fill(right)
    await mine.press('Tab')
    await expect(yours).toHaveValue(shown)
    for (const typed of wrong) {
      await mine.fill(typed)
      await mine.press('Tab')
      await expect(mine).toHaveAccessibleDescription(new RegExp(`${said}.* This is not saved`))
      await expect(mine).toHaveValue(typed)
    }
    await expect(yours, 'what stood there before').toHaveValue(shown)
    await mine.fill(right)
    await mine.press('Tab')
    await expect(mine).toHaveAccessibleDescription('')
  }
  await saved(me.page)
})

test('what is dictated, dropped, composed or typed beyond the end is kept too, and said', async ({ join }) => {
  const [me] = await together(join, 'impact')
  const kept = me.page.locator('.kept-words')
  const full = 'x'.repeat(1_990)
  await me.box.fill(full)
  const letGo = async () => {
    await me.page.locator('.kept').getByRole('button', { name: 'Throw away' }).click()
    await expect(kept).toHaveCount(0)
  }

  // A dictated sentence comes as one.
  await select(me, 1_990)
  await me.page.keyboard.insertText('He draws when he is ready.')
  await expect(kept).toHaveText('He draws when he is ready.')
  await expect(me.page.locator('.kept')).toContainText('too long')
  await letGo()

  // Whoever types on at the end keeps every letter.
  await me.box.fill('x'.repeat(2_000))
  await select(me, 2_000)
  await me.page.keyboard.type('and more')
  await expect(kept).toHaveText('and more')
  await letGo()

  // A word that is composed is looked at when it is done.
  const keyboard = await me.page.context().newCDPSession(me.page)
  await select(me, 1_000, 1_001)
  await keyboard.send('Input.imeSetComposition', { text: 'nihao', selectionStart: 5, selectionEnd: 5 })
  await keyboard.send('Input.insertText', { text: '你好' })
  await expect(kept).toHaveText('你好')
  await expect(me.box).toHaveValue(`${'x'.repeat(1_000)}你${'x'.repeat(999)}`)
  await saved(me.page)
  await letGo()

  // Dropped with the mouse, from elsewhere on the page.
  const other = boxes(me.page, 'plan', 'targets', 'title').first()
  await other.fill('Dropped words')
  await other.scrollIntoViewIfNeeded()
  await select({ page: me.page, box: other }, 0, 13)
  const at = (await other.boundingBox())!
  await me.page.mouse.move(at.x + 20, at.y + 16)
  await me.page.mouse.down()
  const to = (await me.box.boundingBox())!
  await me.page.mouse.move(to.x + 40, to.y + 20, { steps: 8 })
  await me.page.mouse.move(to.x + 44, to.y + 22)
  await me.page.mouse.up()
  await expect(kept).toHaveText('Dropped words')
  await letGo()

  // What fits is not talked about, also when it takes the place of something.
  await me.box.focus()
  await me.page.keyboard.press('Control+a')
  await me.page.keyboard.insertText('y'.repeat(2_000))
  await expect(me.box).toHaveValue('y'.repeat(2_000))
  await saved(me.page)
  await expect(kept).toHaveCount(0)
})

test('what no database keeps does not stay in a text, and costs nobody a word', async ({ join }) => {
  const [me, you] = await together(join, 'baseline')
  await me.page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await me.box.focus()
  await me.page.keyboard.insertText('One\u0007 line\u000Band\u0000 another')
  await both([me, you], 'One line\nand another')
  await me.page.keyboard.type('!')
  await both([me, you], 'One line\nand another!')
  await saved(me.page)
  await expect(me.page.locator('.kept')).toHaveCount(0)
})

test('a page of another version than the server stops writing, says so, and loses nothing', async ({ server, join }) => {
  const [me, you] = await together(join, 'success')
  await writes(me, 'Before')
  await both([me, you], 'Before')
  await saved(me.page)

  // While the line is down the server is replaced by one that knows the document in another shape.
  let isOther = true
  await me.page.routeWebSocket(/\/live\b/, (ws) => {
    const line = ws.connectToServer()
    line.onMessage((message) => {
      const bytes = Buffer.from(message as Buffer)
      const at = bytes.indexOf('"schema":1')
      if (at >= 0 && isOther) bytes.write('2', at + '"schema":'.length)
      ws.send(bytes)
    })
  })
  await server.kill()
  await writes(me, ' and during')
  await expect(me.page.locator('.save-state')).toHaveText('Saved on this device – will send when back online')
  await server.startAgain()
  const notice = me.page.locator('.at-hand .notice').filter({ hasText: 'older than the server' })
  await expect(notice).toContainText('This page is older than the server: reload it')
  await expect(me.box).toHaveCount(0)
  // What is not saved yet, and only that: the rest is with the server.
  await expect(me.page.locator('.kept-words')).toHaveText('and during')
  await expect(me.page.locator('.save-state')).toHaveText('Saved on this device – will send when back online')
  await expect(you.box).toHaveValue('Before')

  isOther = false
  await notice.getByRole('link', { name: 'Reload' }).click()
  await hydrated(me.page)
  await both([me, you], 'Before and during')
  await saved(me.page)
})
