import { expect, test } from 'vitest'
import { UsageError } from '../../src/exit-codes.ts'
import { confirmChange } from '../../src/command-line/confirm-change.ts'

const prod = { name: 'prod', isLocal: false, account: '111111111111', region: 'eu-west-1' }
const local = { ...prod, name: 'dev', isLocal: true }

// Tests have no terminal
test('a stage on AWS is not changed where nobody can be asked', async () => {
  await expect(confirmChange(prod, 'redrive', {})).rejects.toThrow(UsageError)
})

test('--yes is an answer', async () => {
  await expect(confirmChange(prod, 'redrive', { yes: true })).resolves.toBeUndefined()
})

test('the local stage is asked only about what cannot be taken back', async () => {
  await expect(confirmChange(local, 'redrive', {})).resolves.toBeUndefined()
  await expect(confirmChange(local, 'discard', { isFinal: true })).rejects.toThrow(UsageError)
})
