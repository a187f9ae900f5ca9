import { expect, test } from 'vitest'
import { runCli } from '../run-cli.ts'

test('an unknown command of dlq is refused with the nearest name', async () => {
  const { code, stderr } = await runCli(['dlq', 'lst'])

  expect(code).toBe(2)
  expect(stderr).toContain('Did you mean list?')
})

test('an unknown flag of dlq redrive is refused with the nearest name', async () => {
  const { code, stderr } = await runCli(['dlq', 'redrive', 'thumbnailer', '--dry-rnu'])

  expect(code).toBe(2)
  expect(stderr).toContain('Did you mean --dry-run?')
})

test('dlq without a command shows what there is', async () => {
  const { code, stderr } = await runCli(['dlq'])

  expect(code).toBe(2)
  expect(stderr).toContain('redrive')
})

test('a rate that is none is refused', async () => {
  const { code, stderr } = await runCli(['dlq', 'redrive', 'thumbnailer', '--rate', '0'])

  expect(code).toBe(2)
  expect(stderr).toContain('not a positive number')
})

test('a profile without a stage on AWS is refused', async () => {
  const { code, stderr } = await runCli(['dlq', 'list', '--stage', 'local', '--profile', 'x'])

  expect(code).toBe(2)
  expect(stderr).toContain('--profile is for a stage on AWS')
})
