import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const apps = join(import.meta.dirname, '../../apps')

/** The folders in `apps/`, also those that a fork has added. */
export const APPS = readdirSync(apps)
  .filter((name) => existsSync(join(apps, name, 'infra.ts')))
  .toSorted()

/** The name of an app's stack: `audit-logger` is `Fanout-dev-AuditLogger`. */
export function stackOf(app: string, stage = 'dev'): string {
  return `Fanout-${stage}-${app.replaceAll(/(?:^|-)(.)/g, (_, first: string) => first.toUpperCase())}`
}
