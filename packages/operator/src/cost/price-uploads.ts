import { PRICES } from './prices.ts'
import type { SubscriberUsage, Usage } from './usage.ts'

export interface Item {
  readonly name: string
  readonly dollars: number
}

export interface Estimate {
  readonly uploads: number
  /** What every installation pays. */
  readonly core: readonly Item[]
  /** What some pay on top. */
  readonly increments: readonly Item[]
  /** A month, with or without uploads. */
  readonly fixedMonthly: readonly Item[]
}

/** Messages that Lambda gets at once where many arrive. */
const BATCH = 10
/** START, END and REPORT of an invocation, as Lambda logs them. */
const LAMBDA_LOG_BYTES = 320
/** The line of metrics that each invocation writes, which the recorded run had for every upload. */
const METRICS_LINE_BYTES = 300

/** What so many uploads cost, from what the recorded run counted for one. Pure. */
export function priceUploads({ subscribers, deliveryRecordBytes }: Usage, uploads: number): Estimate {
  const { perMillion, lambdaGbSecondArm, logsGb } = PRICES
  const each = (name: string, dollarsPerUpload: number): Item => ({ name, dollars: dollarsPerUpload * uploads })
  const perRequest = (name: string, count: number, price: number) => each(name, (count * price) / 1e6)
  const sum = (count: (one: SubscriberUsage) => number) => subscribers.reduce((total, one) => total + count(one), 0)

  const polls = (batch: number) => (2 * subscribers.length) / Math.min(batch, 10)
  const invocations = (batch: number) => subscribers.length / batch
  const logBytes = sum(({ logBytes: bytes }) => bytes - METRICS_LINE_BYTES)
  const invocationLogBytes = (batch: number) => invocations(batch) * (METRICS_LINE_BYTES + LAMBDA_LOG_BYTES)
  const rows = sum(({ rowBytes }) => writeUnits(rowBytes))
  return {
    uploads,
    core: [
      perRequest('SNS publish', 1, perMillion.snsPublish),
      perRequest('SQS receive and delete', polls(BATCH), perMillion.sqsRequest),
      perRequest('Lambda invocations', invocations(BATCH), perMillion.lambdaRequest),
      ...subscribers.map((one) => each(`Lambda ${one.name}`, gbSeconds(one) * lambdaGbSecondArm)),
      perRequest(
        'S3 reads',
        sum(({ requests }) => countOf(requests, ['GetObject', 'HeadObject'])),
        perMillion.s3Read,
      ),
      perRequest('DynamoDB rows', rows, perMillion.dynamoDbWriteUnit),
      each('CloudWatch Logs', ((logBytes + invocationLogBytes(BATCH)) / 1e9) * logsGb),
    ],
    increments: [
      perRequest(
        'delivery records',
        subscribers.length * writeUnits(deliveryRecordBytes),
        perMillion.dynamoDbWriteUnit,
      ),
      perRequest(
        'indexes for fanout find',
        sum(({ indexes }) => indexes),
        perMillion.dynamoDbWriteUnit,
      ),
      perRequest(
        'renditions',
        sum(({ requests }) => countOf(requests, ['PutObject', 'ListObjectsV2'])),
        perMillion.s3Write,
      ),
      each(
        'arriving one by one instead of ten at a time',
        ((polls(1) - polls(BATCH)) * perMillion.sqsRequest +
          (invocations(1) - invocations(BATCH)) * perMillion.lambdaRequest) /
          1e6 +
          ((invocationLogBytes(1) - invocationLogBytes(BATCH)) / 1e9) * logsGb,
      ),
    ],
    fixedMonthly: fixedMonthly(subscribers.length),
  }
}

export const totalOf = (items: readonly Item[]): number => items.reduce((total, { dollars }) => total + dollars, 0)

/**
 * A function's processor time costs the same at any memory up to one whole processor (1,769 MB), which it is a share of. Waiting
 * for AWS costs nothing while other records of the batch use the processor.
 */
function gbSeconds({ cpuMs, memoryMb, requests, recordsInFlight }: SubscriberUsage): number {
  const busyMs = cpuMs * Math.max(1, 1769 / memoryMb)
  const waitMs = Object.values(requests).reduce((total, count) => total + count, 0) * REQUEST_MS
  return (Math.max(busyMs, (busyMs + waitMs) / recordsInFlight) / 1000) * (memoryMb / 1024)
}

/** A request to S3 or DynamoDB from a function in the same region: assumed. */
const REQUEST_MS = 15

/** DynamoDB bills a write by the started kilobyte. */
const writeUnits = (bytes: number): number => Math.ceil(bytes / 1024)

function countOf(requests: Readonly<Record<string, number>>, actions: readonly string[]): number {
  return actions.reduce((total, action) => total + (requests[action] ?? 0), 0)
}

/** Names and numbers of what infra/lib makes for each subscriber; docs/cost.md says how to do without. */
function fixedMonthly(subscribers: number): Item[] {
  const { monthly, perMillion } = PRICES
  return [
    // Done, Skipped, Rejected, Dead, Retried, Lag, OldestRetry; each only in hours in which it is counted.
    { name: 'metrics of outcomes, at most', dollars: subscribers * 7 * monthly.customMetric },
    { name: 'metrics of event source mappings', dollars: subscribers * 6 * monthly.customMetric },
    // One of the eight looks at five metrics.
    { name: 'alarms', dollars: (subscribers * 12 + 2) * monthly.alarmMetric },
    { name: 'dashboard', dollars: monthly.dashboard },
    // Five pollers, three long polls a minute each.
    { name: 'polling of quiet queues', dollars: (subscribers * 5 * 3 * 60 * 24 * 30 * perMillion.sqsRequest) / 1e6 },
    { name: 'customer key (prod)', dollars: monthly.kmsKey },
  ]
}
