import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { findFreePort } from '../find-free-port.ts'

export interface Typed {
  readonly code: number | null
  readonly output: string
}

/** Somebody who has just got the repository, and types into a shell what its pages say. */
export interface Reader {
  readonly folder: string
  /** Runs a command to its end. */
  type: (command: string, variables?: Readonly<Record<string, string>>) => Promise<Typed>
  /**
   * Runs one that goes on until Ctrl-C, on a free port: resolves when it has said how to stop it, to what presses Ctrl-C.
   * @throws Error with what it said instead
   */
  typeAndLeave: (command: string) => Promise<() => Promise<Typed>>
  leave: () => void
}

const PATIENCE_MS = 120_000

/** A copy of the repository as it stands in the working tree, with its dependencies installed by pnpm as for a user. */
export async function createReader(root: string): Promise<Reader> {
  const folder = mkdtempSync(join(tmpdir(), 'fanout-reader-'))
  const files = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root })
  for (const file of files.stdout.toString().split('\0')) {
    if (file === '' || !existsSync(join(root, file))) continue
    mkdirSync(join(folder, dirname(file)), { recursive: true })
    cpSync(join(root, file), join(folder, file))
  }
  const home = join(folder, 'home')
  mkdirSync(home)

  const start = (command: string, variables: Readonly<Record<string, string>> = {}) =>
    spawn('bash', ['-c', `${SHELL}\n${command}`], {
      cwd: folder,
      env: { ...environmentOf(folder), HOME: home, ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that Ctrl-C reaches all of it, as in a terminal
      detached: true,
    })
  const type: Reader['type'] = async (command, variables) => {
    const child = start(command, variables)
    const timer = setTimeout(() => interrupt(child), PATIENCE_MS)
    try {
      return await ended(child)
    } finally {
      clearTimeout(timer)
    }
  }
  const installed = await type('pnpm install --frozen-lockfile --prefer-offline')
  if (installed.code !== 0) throw new Error(`pnpm install: ${installed.output}`)

  return {
    folder,
    type,
    async typeAndLeave(command) {
      const child = start(`${command} --port ${await findFreePort()}`)
      const end = ended(child)
      await said(child, /^ *stop +Ctrl-C/m, end)
      return async () => {
        interrupt(child)
        return await end
      }
    },
    leave: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** The pnpm that runs this, instead of one from the net. */
const SHELL = `
set -o pipefail
pnpm() { "$PNPM" "$@"; }
npx() { if [ "$1 $2" = '-y pnpm@12' ]; then shift 2; pnpm "$@"; else command npx "$@"; fi; }`

/** Without what pnpm and turbo tell about the workspace that they run this in, and without anybody's AWS. */
function environmentOf(folder: string): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|pnpm_|turbo_|aws_|vitest|node_|init_cwd|stage$)/i.test(name),
  )
  return {
    ...Object.fromEntries(own),
    PATH: `${join(folder, 'node_modules/.bin')}:${process.env.PATH}`,
    PNPM: process.env.npm_execpath ?? 'pnpm',
    CI: 'true',
    NO_COLOR: '1',
    TURBO_TELEMETRY_DISABLED: '1',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
  }
}

async function ended(child: ChildProcess): Promise<Typed> {
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const code = await new Promise<number | null>((resolve) => {
    // As a shell says it of a command that Ctrl-C ended
    child.once('close', (exitCode, signal) => resolve(signal === 'SIGINT' ? 130 : exitCode))
  })
  return { code, output }
}

async function said(child: ChildProcess, pattern: RegExp, end: Promise<Typed>): Promise<void> {
  let output = ''
  const heard = new Promise<void>((resolve) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      if (pattern.test(output)) resolve()
    })
  })
  const early = end.then((typed) => {
    if (!pattern.test(typed.output)) throw new Error(`ended with ${typed.code}: ${typed.output}`)
  })
  await Promise.race([heard, early])
}

function interrupt({ pid }: ChildProcess): void {
  if (pid !== undefined) process.kill(-pid, 'SIGINT')
}
