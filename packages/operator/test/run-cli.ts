import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))

/** Runs the fanout command in a process of its own, as a person's shell would. */
export async function runCli(args: string[], options: { input?: string; cwd?: string } = {}) {
  const { INIT_CWD: _typedIn, ...env } = process.env
  const child = spawn(process.execPath, [MAIN, ...args], { cwd: options.cwd, env: { ...env, NO_COLOR: '1' } })
  child.stdin.end(options.input ?? '')
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { code, stdout, stderr }
}
