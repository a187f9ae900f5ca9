import { expect, test } from 'vitest'
import { runCli } from '../run-cli.ts'

test('a wait that is none is refused', async () => {
  const { code, stderr } = await runCli(['reconcile', '--wait', 'long'])

  expect(code).toBe(2)
  expect(stderr).toContain('not a positive number')
})
