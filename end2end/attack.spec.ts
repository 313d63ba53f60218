// What somebody writes is words, whatever the words are; a hostile frame ends one connection, never a room.
import WebSocket from 'ws'
import { boxes, itemOf, box, saved } from './support/page.ts'
import { expect, find, hydrated, test } from './support/test.ts'
import { SectionClient, signIn, socket } from './support/yjs.ts'

const payloads = [
  '</textarea><script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '"><svg onload=alert(1)>',
  '</script><script>alert(1)</script>',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  '\n</TEXTAREA ><iframe srcdoc="<script>parent.alert(1)</script>">',
  '<!--<script>alert(1)',
  '{{constructor.constructor("alert(1)")()}}',
]

test('a script typed by one person never runs for another, live or in a fresh page', async ({ join }) => {
  const writer = await join({ pupil: 'Tomek', stage: 'preparing', role: 'teacher' })
  const reader = await join({ pupil: 'Tomek', stage: 'preparing', role: 'parent' })
  const ran: string[] = []
  for (const { page } of [writer, reader]) {
    page.on('dialog', (dialog) => (ran.push(dialog.message()), dialog.dismiss()))
    page.on('pageerror', (error) => ran.push(error.message))
  }
  const first = boxes(writer.page, 'plan', 'targets', 'baseline').first()
  const item = await itemOf(first)
  for (const payload of payloads) {
    await first.fill(payload)
    const theirs = box(reader.page, 'plan', 'targets', item, 'baseline')
    await expect.poll(() => theirs.inputValue()).toBe(payload)
    await saved(writer.page)
    await reader.page.reload()
    await hydrated(reader.page)
    await expect.poll(() => theirs.inputValue()).toBe(payload)
  }
  // And without scripts of ours, as the server wrote it.
  const html = await (await reader.context.request.get(`/meetings/${reader.meeting.id}`)).text()
  expect(html).not.toContain('<script>alert')
  expect(html).not.toMatch(/<(img src=x|svg onload|iframe)/)
  expect(ran).toEqual([])
})

test('what a page tries against its policy does not run, and whoever runs the server can count it', async ({ join, server }) => {
  const metrics = /metrics on (http:\S+)/.exec(server.log())![1]!
  const broken = async (): Promise<number> => {
    const counts = await (await fetch(metrics)).text()
    return Number(/policy_broken_total\{directive="script-src"\} (\d+)/.exec(counts)![1])
  }
  const before = await broken()
  const { page } = await join({ pupil: 'Tomek', stage: 'preparing', role: 'parent' })
  await page.evaluate(() => {
    const script = document.createElement('script')
    script.textContent = 'document.title = "it ran"'
    document.body.append(script)
  })
  await expect.poll(broken).toBe(before + 1)
  await expect(page).not.toHaveTitle('it ran')
})

const hostile: [string, Buffer][] = [
  ['a frame of random bytes', Buffer.from([0xff, 0xff, 0xff, 0xff, 0x07, 0x00, 0x01])],
  ['an empty frame', Buffer.alloc(0)],
  ['a frame larger than any page', Buffer.alloc(200_000, 0x41)],
]

for (const [what, frame] of hostile) {
  test(`${what} ends that connection, not the room`, async ({ server }) => {
    const { meeting, person } = find(server.meetings(), { pupil: 'Tomek', stage: 'preparing', role: 'teacher' })
    const cookie = await signIn(server, person)
    const bystander = socket(server, cookie)
    const plan = new SectionClient(bystander, meeting, 'plan')
    await expect.poll(() => plan.synced).toBe(true)

    const attacker = new WebSocket(server.url.replace('http', 'ws') + '/live', { headers: { cookie, origin: server.url } })
    await new Promise((open) => attacker.once('open', open))
    const closed = new Promise<number>((close) => attacker.once('close', close))
    attacker.on('error', () => {})
    attacker.send(frame)
    expect([1009, 4400]).toContain(await closed)

    const [target] = plan.items('targets')
    plan.text('targets', target.id, 'success').insert(0, '.')
    await expect.poll(() => plan.provider.hasUnsyncedChanges).toBe(false)
    bystander.destroy()
  })
}

test('an update nested ten thousand deep ends one connection and nothing else', async ({ server }) => {
  const { meeting, person } = find(server.meetings(), { pupil: 'Tomek', stage: 'preparing', role: 'teacher' })
  const cookie = await signIn(server, person)
  const bystander = socket(server, cookie)
  const plan = new SectionClient(bystander, meeting, 'plan')
  await expect.poll(() => plan.synced).toBe(true)

  const attacker = new WebSocket(server.url.replace('http', 'ws') + '/live', { headers: { cookie, origin: server.url } })
  await new Promise((open) => attacker.once('open', open))
  attacker.on('error', () => {})
  const answered = new Promise((resolve) => attacker.once('close', resolve).on('message', () => attacker.readyState > 1 && resolve(0)))
  const name = Buffer.from(`${meeting.id}/plan`)
  const message = (...body: number[]) => Buffer.concat([Buffer.from([name.length]), name, Buffer.from(body)])
  attacker.send(message(2, 0, 0))
  attacker.send(sync(message(0, 2), deepArrays(10_000)))
  attacker.send(sync(message(0, 2), deepArrays(10_000)))
  await Promise.race([answered, expect.poll(() => fetch(`${server.url}/healthz`).then(({ ok }) => ok)).toBe(true)])

  const [target] = plan.items('targets')
  plan.text('targets', target.id, 'success').insert(0, '.')
  await expect.poll(() => plan.provider.hasUnsyncedChanges).toBe(false)
  attacker.terminate()
  bystander.destroy()
})

/** One client, one struct: an Any value of arrays in arrays, in a root nobody declared. */
function deepArrays(depth: number): Buffer {
  const nested = Buffer.concat([Buffer.alloc(depth * 2, Buffer.from([117, 1])), Buffer.from([126])])
  const root = Buffer.from([1, 1, 99, 0, 8, 1, 1, 120, 1])
  return Buffer.concat([root, nested, Buffer.from([0])])
}

function sync(head: Buffer, update: Buffer): Buffer {
  const length = []
  for (let rest = update.length; ; rest >>= 7) {
    if (rest < 128) return Buffer.concat([head, Buffer.from([...length, rest]), update])
    length.push((rest & 127) | 128)
  }
}
