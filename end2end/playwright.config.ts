import { defineConfig } from '@playwright/test'

// A meeting is several browsers against one server, which wait for each other more than they work: two at once keep two
// cores busy.
// One more try, because a machine at its limit is no defect; but what passes only then is listed as flaky, and has found
// something.
export default defineConfig({
  testDir: '.',
  testMatch: '**/*.spec.ts',
  outputDir: 'results',
  workers: 2,
  retries: 1,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: 'list',
  forbidOnly: Boolean(process.env.CI),
  use: {
    trace: 'off',
    screenshot: process.env.SCREENSHOTS ? 'on' : 'only-on-failure',
    launchOptions: {
      // The installed browser: nothing is downloaded. Without the windows that nobody sees, a page costs a third less.
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium-headless-shell',
      args: [
        '--no-sandbox', // it cannot be had as root, and the only pages are ours
        '--disable-gpu',
        // Chromium's own errands.
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
})
