// A photograph or drawing on a passport: a class teacher chooses it, the family sees it, a visitor may not change it, the
// SENCO takes it away. With scripts off, and with what is no picture.
import type { Page } from '@playwright/test'
import { looksRight } from './support/looks.ts'
import { expect, test } from './support/test.ts'

test.use({ school: 'chooses a picture' })

const teacher = { pupil: 'Tomek', name: 'Qureshi' }

/** A photograph as a browser makes one, larger than what is kept. */
async function photograph(page: Page): Promise<Buffer> {
  const blank = await page.context().newPage()
  await blank.setViewportSize({ width: 900, height: 700 })
  await blank.setContent('<body style="margin:0;background:linear-gradient(45deg,#1b6,#fc3)"><p style="font:200px serif">&#9992;</p></body>')
  const file = await blank.screenshot({ type: 'jpeg' })
  await blank.close()
  return file
}

const size = (page: Page, words: string) =>
  page.getByRole('img', { name: words }).evaluate((image: HTMLImageElement) => [image.complete && image.naturalWidth, image.naturalHeight])

test('a picture is chosen by a class teacher, seen by the family, changed by no visitor, and taken away', async ({ reads }) => {
  const { page } = await reads(teacher)
  const file = await photograph(page)
  await page.goto('/register')
  await page.getByRole('link', { name: /Tomek/ }).click()
  const child = page.url()
  await expect(page.getByRole('img', { name: 'Drawing by Tomek: himself as a train driver in a blue cap' })).toBeVisible()
  await page.getByRole('link', { name: 'Change the picture' }).click()

  // What is no picture is said to be none, and what was typed stays.
  const form = page.getByRole('region', { name: 'A photograph or drawing' })
  await form.getByLabel('What is on it, in words').fill('Tomek’s model aeroplane')
  await form.getByLabel('The picture').setInputFiles({ name: 'picture.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('<svg onload="alert(1)"/>') })
  await form.getByRole('button', { name: 'Put this one in its place' }).click()
  await expect(page.getByRole('alert')).toContainText('The picture was not taken: nothing has changed')
  await expect(page.getByRole('alert')).toContainText('Choose a photograph or drawing that is a JPEG or PNG file.')
  await expect(form.getByLabel('The picture')).toHaveAccessibleDescription(/at most 10 MB.*not a picture we can read/)
  await expect(form.getByLabel('What is on it, in words')).toHaveValue('Tomek’s model aeroplane')
  await looksRight(page)
  // Nor is one that is too large, which is said once all of it has arrived.
  await form.getByLabel('The picture').setInputFiles({ name: 'picture.jpg', mimeType: 'image/jpeg', buffer: Buffer.alloc(12 << 20) })
  await form.getByRole('button', { name: 'Put this one in its place' }).click()
  await expect(page.getByRole('alert')).toContainText('This file is larger than 10 MB.')
  await expect(page.getByRole('img', { name: 'Drawing by Tomek' })).toBeVisible()

  await form.getByLabel('The picture').setInputFiles({ name: 'picture.jpg', mimeType: 'image/jpeg', buffer: file })
  await form.getByRole('button', { name: 'Put this one in its place' }).click()
  await expect(page.getByRole('status').filter({ hasText: 'The picture is on the passport.' })).toBeVisible()
  expect(await size(page, 'Tomek’s model aeroplane')).toEqual([400, 311])
  await looksRight(page)
  const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true })
  expect(pdf.toString('latin1').match(/\/Type\s*\/Page[^s]/g)?.length).toBe(1)

  const family = await reads({ pupil: 'Tomek', role: 'parent', name: 'Agnieszka' })
  await family.page.goto(child)
  expect(await size(family.page, 'Tomek’s model aeroplane')).toEqual([400, 311])
  await looksRight(family.page)
  const visitor = await reads({ pupil: 'Tomek', name: 'Callum' })
  await visitor.page.goto(`${child}/passport`)
  await expect(visitor.page.getByRole('img', { name: 'Tomek’s model aeroplane' })).toBeVisible()
  await expect(visitor.page.getByLabel('The picture')).toHaveCount(0)
  const origin = new URL(child).origin
  const multipart = { words: 'Mine', picture: { name: 'x.jpg', mimeType: 'image/jpeg', buffer: file } }
  expect((await visitor.context.request.post(`${child}/picture`, { headers: { origin }, multipart })).status()).toBe(403)
  const stranger = await reads({ pupil: 'Kai', name: 'Pat' })
  expect((await stranger.context.request.get(`${child}/picture`)).status()).toBe(404)

  const senco = await reads({ pupil: 'Tomek', role: 'facilitator' })
  await senco.page.goto(`${child}/passport`)
  await senco.page.getByRole('button', { name: 'Take the picture away' }).click()
  await expect(senco.page.getByRole('status').filter({ hasText: 'We do not have it any more.' })).toBeVisible()
  await expect(senco.page.getByRole('main').getByRole('img')).toHaveCount(0)
  await expect(senco.page.locator('.passport-sheet .portrait')).toContainText('T')
  await looksRight(senco.page)
})

test('it is chosen without scripts', async ({ server, browser, reads }) => {
  const { context } = await reads(teacher)
  const plain = await browser.newContext({ baseURL: server.url, javaScriptEnabled: false, storageState: await context.storageState() })
  const page = await plain.newPage()
  await page.goto('/register')
  await page.getByRole('link', { name: /Tomek/ }).click()
  await page.getByRole('link', { name: /^(Choose a|Change the) picture$/ }).click()
  await page.getByLabel('What is on it, in words').fill('An aeroplane')
  await page.getByLabel('The picture').setInputFiles({ name: 'a.jpg', mimeType: 'image/jpeg', buffer: await photograph((await reads(teacher)).page) })
  await page.getByRole('button', { name: /^Put / }).click()
  await expect(page.getByRole('img', { name: 'An aeroplane' })).toBeVisible()
  await plain.close()
})
