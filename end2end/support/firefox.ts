// Debian's Firefox, through WebDriver BiDi. Playwright drives only a Firefox of its own, which is a download.
import puppeteer, { type Browser } from 'puppeteer-core'

export async function withFirefox<T>(work: (browser: Browser) => Promise<T>): Promise<T> {
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: process.env.FIREFOX ?? '/usr/bin/firefox-esr',
    headless: true,
  })
  try {
    return await work(browser)
  } finally {
    await browser.close()
  }
}
