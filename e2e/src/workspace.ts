import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

export const ROOT = join(import.meta.dirname, '../..')

/** The names of the subscribers in apps/. */
export const subscriberNames = (): string[] => readdirSync(join(ROOT, 'apps')).toSorted()

/** Builds and synthesizes what has changed. */
export function synthesize(stage = 'dev'): void {
  execFileSync(join(ROOT, 'node_modules/.bin/turbo'), ['run', 'synth', '--output-logs=errors-only'], {
    cwd: ROOT,
    env: { ...process.env, STAGE: stage, TURBO_TELEMETRY_DISABLED: '1' },
    stdio: ['ignore', 2, 2],
  })
}
