import { expect, test } from 'vitest'
import { runCli } from '../run-cli.ts'

test.each(['status', 'pause', 'resume', 'logs'])('the help of %s shows an example', async (command) => {
  const { code, stdout } = await runCli([command, '--help'])

  expect(code).toBe(0)
  expect(stdout).toContain('Example:\n  $ ')
})

test.each(['pause', 'resume', 'logs'])('%s without a subscriber is refused', async (command) => {
  const { code, stderr } = await runCli([command])

  expect(code).toBe(2)
  expect(stderr).toContain('subscriber')
})

test('the help of doctor shows an example', async () => {
  const { stdout } = await runCli(['doctor', '--help'])

  expect(stdout).toContain('Example:\n  $ ')
})
