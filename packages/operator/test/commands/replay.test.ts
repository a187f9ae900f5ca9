import { expect, test } from 'vitest'
import { runCli } from '../run-cli.ts'

test('a replay of everything has to be said', async () => {
  const { code, stderr } = await runCli(['replay', '--subscriber', 'thumbnailer'])

  expect(code).toBe(2)
  expect(stderr).toContain("--prefix ''")
})

test('a replay without a subscriber is refused', async () => {
  const { code, stderr } = await runCli(['replay', '--prefix', ''])

  expect(code).toBe(2)
  expect(stderr).toContain('--subscriber')
})

test('a misspelt flag of replay is refused with the nearest name, whatever else is missing', async () => {
  const { code, stderr } = await runCli(['replay', '--subscribr', 'thumbnailer', '--prefix', ''])

  expect(code).toBe(2)
  expect(stderr).toContain('Did you mean --subscriber?')
})

test('a time that is none is refused', async () => {
  const { code, stderr } = await runCli(['replay', '--subscriber', 'thumbnailer', '--since', 'yesterday'])

  expect(code).toBe(2)
  expect(stderr).toContain('yesterday is no time')
})
