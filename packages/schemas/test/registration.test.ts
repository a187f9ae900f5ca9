import { expect, test } from 'vitest'
import { registrationPaths, SubscriberRegistration } from '../src/index.ts'

test('a stage keeps to its own part of Parameter Store', () => {
  expect(Object.values(registrationPaths('dev')).every((path) => path.startsWith('/fanout/dev/'))).toBe(true)
})

test('a registration without its queue is refused by the name of the field', () => {
  const result = SubscriberRegistration.safeParse({
    name: 'a',
    functionName: 'f',
    deadLetterQueueUrl: 'u',
    resources: {},
  })

  expect(result.error?.issues[0]?.path).toEqual(['queueUrl'])
})
