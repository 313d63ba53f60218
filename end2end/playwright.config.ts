import { defineConfig } from '@playwright/test'

// A meeting is several browsers against one server; two at once are enough for two cores, so tests take turns.
// No retries: a test that fails now and then has found something.
export default defineConfig({
  testDir: '.',
  testMatch: '**/*.spec.ts',
  outputDir: 'results',
  workers: 1,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: 'list',
  forbidOnly: Boolean(process.env.CI),
  use: {
    trace: 'off',
    screenshot: 'only-on-failure',
    launchOptions: {
      // The installed browser: nothing is downloaded.
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
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
