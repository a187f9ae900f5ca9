import { defineConfig } from 'vitest/config'

/** Used by every package: `vitest run --root . --config …/vitest.config.ts`. The report is what `pnpm test` counts. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ['default', ['json', { outputFile: 'reports/test.json' }]],
  },
})
