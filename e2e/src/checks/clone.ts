import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A clone of this repository's last commit, with its dependencies. */
export interface Clone {
  folder: string
  /**
   * Runs a command in the clone and gives back what it printed.
   * @throws Error with all output when it fails
   */
  run: (command: string, ...args: string[]) => string
  pnpm: (...args: string[]) => string
  remove: () => void
}

export function cloneRepository(): Clone {
  const folder = mkdtempSync(join(tmpdir(), 'fanout-clone-'))
  const run = (command: string, ...args: string[]) => {
    const { status, stdout, stderr, error } = spawnSync(command, args, {
      cwd: folder,
      encoding: 'utf8',
      env: environmentOf(folder),
      maxBuffer: 2 ** 28,
    })
    if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? `${stdout}${stderr}`}`)
    return stdout
  }
  // By its path: npx puts it on the PATH, a pnpm of its own installation may be another one
  const pnpm = (...args: string[]) => run(process.env.npm_execpath ?? 'pnpm', ...args)
  run('git', 'clone', '--quiet', join(import.meta.dirname, '../../..'), '.')
  pnpm('install', '--frozen-lockfile', '--prefer-offline')
  return { folder, run, pnpm, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** Without what pnpm tells about the workspace that it runs this in. */
function environmentOf(folder: string): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(npm_|pnpm_|INIT_CWD|STAGE$)/i.test(name))
  const path = `${join(folder, 'node_modules/.bin')}:${process.env.PATH}`
  return { ...Object.fromEntries(own), PATH: path, TURBO_TELEMETRY_DISABLED: '1', CI: 'true' }
}
