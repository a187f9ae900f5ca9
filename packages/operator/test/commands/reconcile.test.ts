import { expect, test } from 'vitest'
import { runCli } from '../run-cli.ts'

test('the help of reconcile shows an example', async () => {
  const { code, stdout } = await runCli(['reconcile', '--help'])

  expect(code).toBe(0)
  expect(stdout).toContain('Example:\n  $ ')
})

test('a wait that is none is refused', async () => {
  const { code, stderr } = await runCli(['reconcile', '--wait', 'long'])

  expect(code).toBe(2)
  expect(stderr).toContain('not a positive number')
})
