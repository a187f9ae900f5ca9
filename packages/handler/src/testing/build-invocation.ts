import type { Context, SQSEvent, SQSRecord } from 'aws-lambda'

/** What a test wants to be different about a message that arrives for the first time. */
export interface MessageOverrides {
  messageId?: string
  /** This one included. */
  receiveCount?: number
  /** How often it was sent back from the dead-letter queue. */
  redrives?: number
}

/** One message as an event source mapping hands it to a function. */
export function buildSqsRecord(body: string, overrides: MessageOverrides = {}): SQSRecord {
  const { messageId = 'message-1', receiveCount = 1, redrives } = overrides
  return {
    messageId,
    receiptHandle: `receipt-of-${messageId}`,
    body,
    attributes: {
      ApproximateReceiveCount: String(receiveCount),
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

/** A batch of messages with these bodies, alike but for their ids: message-1, message-2, … */
export function buildSqsEvent(bodies: string[], overrides: Omit<MessageOverrides, 'messageId'> = {}): SQSEvent {
  return {
    Records: bodies.map((body, index) => buildSqsRecord(body, { ...overrides, messageId: `message-${index + 1}` })),
  }
}

/** A Lambda context with so many milliseconds left, until a test sets `remainingMs` to something else. */
export function buildLambdaContext(remainingMs = 60_000): Context & { remainingMs: number } {
  return {
    remainingMs,
    getRemainingTimeInMillis() {
      return this.remainingMs
    },
    awsRequestId: 'request-1',
    functionName: 'function',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:function',
    memoryLimitInMB: '256',
    logGroupName: 'logs',
    logStreamName: 'stream',
    callbackWaitsForEmptyEventLoop: false,
    done: () => {},
    fail: () => {},
    succeed: () => {},
  }
}
