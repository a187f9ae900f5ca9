import { expect, test } from 'vitest'
import { runCli } from '../run-cli.ts'

test.each(['pause', 'resume', 'logs'])('%s without a subscriber is refused', async (command) => {
  const { code, stderr } = await runCli([command])

  expect(code).toBe(2)
  expect(stderr).toContain('subscriber')
})
