import { expect, test } from 'vitest'
import { runCli } from '../run-cli.ts'

test.each([
  ['--day', '30.5.2008'],
  ['--type', 'image/*'],
  ['--limit', '0'],
])('find refuses %s %s', async (flag, value) => {
  const { code, stderr } = await runCli(['find', flag, value])

  expect(code).toBe(2)
  expect(stderr).toContain(value)
})
