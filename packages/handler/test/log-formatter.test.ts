import { expect, test } from 'vitest'
import { LeanLogFormatter } from '../src/log-formatter.ts'

test('keeps what no log group and no report line says', () => {
  const base = {
    logLevel: 'INFO',
    message: 'done',
    timestamp: new Date('2026-01-21T23:21:01.250Z'),
    serviceName: 'thumbnailer',
    environment: '',
    awsRegion: 'eu-west-1',
    xRayTraceId: '',
    sampleRateValue: 0,
    lambdaContext: {
      awsRequestId: 'request-1',
      functionName: 'f',
      functionVersion: '$LATEST',
      invokedFunctionArn: 'arn',
      memoryLimitInMB: '256',
      coldStart: false,
    },
  } as const

  const item = new LeanLogFormatter().formatAttributes(base, { key: 'photo.jpg' })

  expect(item.getAttributes()).toEqual({
    level: 'INFO',
    message: 'done',
    timestamp: '2026-01-21T23:21:01.250Z',
    subscriber: 'thumbnailer',
    requestId: 'request-1',
    key: 'photo.jpg',
  })
})
