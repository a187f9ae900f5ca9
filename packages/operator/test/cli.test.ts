import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { runCli } from './run-cli.ts'

test('an unknown command is refused with the nearest name', async () => {
  const { code, stderr } = await runCli(['strat'])

  expect(code).toBe(2)
  expect(stderr).toContain('start')
})

test('an unknown flag is refused with the nearest name', async () => {
  const { code, stderr } = await runCli(['start', '--onec'])

  expect(code).toBe(2)
  expect(stderr).toContain('--once')
})

test('a port that is none is refused', async () => {
  const { code, stderr } = await runCli(['local', '--port', '70000'])

  expect(code).toBe(2)
  expect(stderr).toContain('70000')
})

test('start names the path that it cannot read before it builds anything', async () => {
  const { code, stdout, stderr } = await runCli(['start', '--once', '--json', 'no-such.jpg'])

  expect(code).toBe(2)
  expect(stdout).toBe('')
  expect(stderr).toBe('fanout: cannot read no-such.jpg: there is no such file\n')
})

test('a command without a local cloud says how to run one', async () => {
  const { code, stderr } = await runCli(['env', '--port', '1'])

  expect(code).toBe(1)
  expect(stderr).toBe('fanout: no local cloud on port 1: run pnpm start --port 1\n')
})

test('a stage on AWS is not looked for on this machine', async () => {
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
  const env = { ...process.env, AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' }
  const child = spawn(process.execPath, [main, 'status', '--stage', 'prod'], { env, stdio: 'ignore' })

  const [code] = await once(child, 'close')

  expect(code).toBe(2)
})
