import { expect, test } from 'vitest'
import { UsageError } from '../../src/exit-codes.ts'
import { localEndpoint, refuseLoopback, refuseRemote } from '../../src/stage/endpoints.ts'

test.each(['http://127.0.0.1:4566', 'http://localhost:4566', 'http://[::1]:4566'])(
  'a stage on AWS is refused while the environment points to %s',
  (url) => {
    expect(() => refuseLoopback('prod', { AWS_ENDPOINT_URL_SQS: url })).toThrow(UsageError)
  },
)

test('another endpoint is the choice of the person', () => {
  expect(() =>
    refuseLoopback('prod', { AWS_ENDPOINT_URL: 'https://vpce-1.sqs.eu-west-1.vpce.amazonaws.com' }),
  ).not.toThrow()
})

test('what is about the local cloud is refused while the environment points elsewhere', () => {
  expect(() => refuseRemote({ AWS_ENDPOINT_URL: 'https://sqs.eu-west-1.amazonaws.com' })).toThrow(UsageError)
  expect(() => refuseRemote({ AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' })).not.toThrow()
})

test('another emulator on this machine can take the place of one service', () => {
  const environment = { AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:9324' }

  expect(localEndpoint('SQS', 'http://127.0.0.1:4566', environment)).toBe('http://127.0.0.1:9324')
  expect(localEndpoint('DYNAMODB', 'http://127.0.0.1:4566', environment)).toBe('http://127.0.0.1:4566')
})
