// Any Yjs program can join: the same document, the same rules.
import { setTimeout as pause } from 'node:timers/promises'
import { expect, find, test } from './support/test.ts'
import { SectionClient, signIn, socket } from './support/yjs.ts'

test('a plain JavaScript client syncs, edits, and its edits are acknowledged', async ({ server }) => {
  const { meeting, person } = find(server.meetings(), { pupil: 'Tomek', stage: 'preparing', role: 'teacher' })
  const connection = socket(server, await signIn(server, person))
  const plan = new SectionClient(connection, meeting, 'plan')
  await expect.poll(() => plan.synced).toBe(true)
  const [target] = plan.items('targets')
  expect(target.pupil_words).toContain('Jakub')

  plan.text('targets', target.id, 'success').insert(0, 'Twice a week. ')
  expect(plan.provider.hasUnsyncedChanges).toBe(true)
  await expect.poll(() => plan.provider.hasUnsyncedChanges).toBe(false)

  // Whoever comes after sees it.
  const other = find(server.meetings(), { pupil: 'Tomek', stage: 'preparing', role: 'parent' })
  const second = socket(server, await signIn(server, other.person))
  const theirs = new SectionClient(second, meeting, 'plan')
  await expect.poll(() => theirs.synced).toBe(true)
  expect(theirs.text('targets', target.id, 'success').toString()).toMatch(/^Twice a week\. /)
  connection.destroy()
  second.destroy()
})

test('what a person may not read is not sent, and what they may not write is refused', async ({ server }) => {
  const { meeting, person } = find(server.meetings(), { pupil: 'Tomek', stage: 'preparing', role: 'parent' })
  const connection = socket(server, await signIn(server, person))

  const staff = new SectionClient(connection, meeting, 'costs')
  await expect.poll(() => staff.denied).toBeTruthy()
  expect(staff.items('costs')).toEqual([])

  // The pupil's own words: a parent may add beside them, not delete them.
  const passport = new SectionClient(connection, meeting, 'passport')
  await expect.poll(() => passport.synced).toBe(true)
  const statement = passport.items('help').find(({ text }) => String(text).startsWith('Say my name first'))!
  passport.text('help', statement.id, 'text').delete(0, 4)
  await expect.poll(() => passport.events.find(({ event }) => event === 'refused')).toMatchObject({
    refused: 'passport',
    reason: 'protected-words',
  })

  // Nobody else saw the words go.
  const fresh = socket(server, await signIn(server, person))
  const again = new SectionClient(fresh, meeting, 'passport')
  await expect.poll(() => again.synced).toBe(true)
  expect(again.text('help', statement.id, 'text').toString()).toMatch(/^Say my name first/)
  connection.destroy()
  fresh.destroy()
})

test('a socket from another site does not open', async ({ server }) => {
  const { meeting, person } = find(server.meetings(), { pupil: 'Tomek', stage: 'preparing', role: 'teacher' })
  const cookie = await signIn(server, person)
  const ours = socket(server, cookie)
  const foreign = socket(server, cookie, 'https://elsewhere.example')
  const here = new SectionClient(ours, meeting, 'plan')
  const there = new SectionClient(foreign, meeting, 'plan')
  await expect.poll(() => here.synced).toBe(true)
  await pause(500) // as long as the other took, and more: there is no event for “nothing happened”
  expect(there.synced).toBe(false)
  ours.destroy()
  foreign.destroy()
})
