import type { Context, SQSEvent, SQSRecord } from 'aws-lambda'

/** One message as an event source mapping hands it to a function. */
export function buildSqsRecord(
  body: string,
  overrides: { id?: string; receives?: number; redrives?: number } = {},
): SQSRecord {
  const { id = 'message-1', receives = 1, redrives } = overrides
  return {
    messageId: id,
    receiptHandle: `receipt-of-${id}`,
    body,
    attributes: {
      ApproximateReceiveCount: String(receives),
      SentTimestamp: String(Date.parse('2026-01-21T23:21:00.500Z')),
      SenderId: 'AIDAEXAMPLE',
      ApproximateFirstReceiveTimestamp: String(Date.parse('2026-01-21T23:21:01.000Z')),
    },
    messageAttributes:
      redrives === undefined ? {} : { redrives: { dataType: 'Number', stringValue: String(redrives) } },
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:eu-west-1:000000000000:queue',
    awsRegion: 'eu-west-1',
  }
}

/** A batch of messages with these bodies; their ids are message-1, message-2, … */
export function buildSqsEvent(...bodies: string[]): SQSEvent {
  return { Records: bodies.map((body, index) => buildSqsRecord(body, { id: `message-${index + 1}` })) }
}

/** A Lambda context with so many milliseconds left; a function lets a test run the time down. */
export function buildLambdaContext(remainingMs: number | (() => number) = 60_000): Context {
  return {
    awsRequestId: 'request-1',
    functionName: 'function',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:function',
    memoryLimitInMB: '256',
    logGroupName: 'logs',
    logStreamName: 'stream',
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: typeof remainingMs === 'function' ? remainingMs : () => remainingMs,
    done: () => {},
    fail: () => {},
    succeed: () => {},
  }
}
