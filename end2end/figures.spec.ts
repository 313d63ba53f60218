// How it feels, in figures: printed, never judged, because machines differ.
import { box, boxes, itemOf, saved } from './support/page.ts'
import { test } from './support/test.ts'

const meeting = { pupil: 'Tomek', stage: 'preparing' }
const keystrokes = 200

test('figures: a keystroke on its way to another screen, and a page on its way to being usable', async ({ join }) => {
  test.setTimeout(120_000)
  const writer = await join({ ...meeting, role: 'teacher' })
  const reader = await join({ ...meeting, role: 'parent' })
  const mine = boxes(writer.page, 'plan', 'targets', 'baseline').first()
  const theirs = box(reader.page, 'plan', 'targets', await itemOf(mine), 'baseline')
  await mine.fill('')
  await saved(writer.page)

  // Clocks of both pages are the machine’s own.
  await mine.evaluate((box: HTMLTextAreaElement) => {
    const at: number[] = ((window as any).at = [])
    box.addEventListener('input', () => at.push(performance.timeOrigin + performance.now()), { capture: true })
  })
  await theirs.evaluate((box: HTMLTextAreaElement) => {
    const at: number[] = ((window as any).at = [])
    const look = () => {
      while (at.length < box.value.length) at.push(performance.timeOrigin + performance.now())
      requestAnimationFrame(look)
    }
    look()
  })
  await mine.focus()
  await writer.page.keyboard.type('a'.repeat(keystrokes), { delay: 60 })
  await reader.page.waitForFunction((count) => (window as any).at.length >= count, keystrokes)
  const [typed, seen] = await Promise.all([writer, reader].map(({ page }) => page.evaluate(() => (window as any).at as number[])))
  const delays = typed.map((at, n) => seen[n] - at).sort((a, b) => a - b)
  const percentile = (p: number) => delays[Math.min(delays.length - 1, Math.floor((delays.length * p) / 100))].toFixed(1)

  // From pressing return in the address bar until a letter has reached somebody else.
  const start = Date.now()
  await writer.page.reload({ waitUntil: 'commit' })
  await mine.focus()
  await writer.page.waitForFunction(() => document.documentElement.dataset.hydrated === 'true')
  await writer.page.keyboard.type('Z')
  await reader.page.waitForFunction((id) => (document.getElementById(id) as HTMLTextAreaElement).value.includes('Z'), await theirs.getAttribute('id'))
  const usable = Date.now() - start

  console.log(`keystroke to another screen, committed in between: p50 ${percentile(50)} ms, p99 ${percentile(99)} ms (${keystrokes} keystrokes)`)
  console.log(`navigation until a letter reached another screen: ${usable} ms`)
})
