import { parseMessage } from '@fanout/event-parsing'
import { createHandler, type SqsHandler } from '../../../src/create-handler.ts'
import { done, skipped, type Outcome } from '../../../src/outcome.ts'
import type { ObjectEvent } from '../../../src/index.ts'
import type { SubscriberUnderTest } from '../../../src/testing/index.ts'

interface Row {
  order: string
  /** undefined: removed. */
  size?: number
}

/** The smallest subscriber that is right: keeps the size of each object, level-triggered, with tombstones. */
export function createSizeIndex(overrides: Partial<Pick<Subscriber, 'handler'>> & { job?: Job } = {}): Subscriber {
  const objects = new Map<string, number>()
  const rows = new Map<string, Row>()
  const job = overrides.job ?? indexSize
  return {
    deps: {
      async headObject(key) {
        return objects.get(key)
      },
      async getRow(key) {
        return rows.get(key)
      },
      async putRow(key, row) {
        rows.set(key, row)
      },
    },
    handler: (deps, parts) => createHandler((event) => job(event, deps), parts),
    upload: (key, version) => void objects.set(key, version * 100),
    remove: (key) => void objects.delete(key),
    kept: (key) => rows.get(key),
    ...overrides,
  }
}

/** Safe to repeat and reorder: it writes what the object is now, under the newest order that it has seen. */
async function indexSize({ key, order = '' }: ObjectEvent, { headObject, getRow, putRow }: Deps): Promise<Outcome> {
  const row = await getRow(key)
  if (row && row.order >= order) return skipped('superseded')
  const size = await headObject(key)
  await putRow(key, { order, ...(size === undefined ? {} : { size }) })
  return done()
}

export interface Deps {
  headObject: (key: string) => Promise<number | undefined>
  getRow: (key: string) => Promise<Row | undefined>
  putRow: (key: string, row: Row) => Promise<void>
}

export type Job = (event: ObjectEvent, deps: Deps) => Promise<Outcome>
export type Subscriber = SubscriberUnderTest<Deps>

/** What people write without createHandler. */
export function createNaiveHandler(deps: Deps, naive: Partial<Naive> = {}): SqsHandler {
  return async ({ Records }) => {
    const failures: string[] = []
    for (const { body, messageId } of naive.firstMessageOnly ? Records.slice(0, 1) : Records) {
      const { events } = parseMessage(body)
      for (const event of naive.firstRecordOnly ? events.slice(0, 1) : events) {
        await indexSize(event, deps).catch((error: unknown) => {
          if (naive.throwsForAll) throw error
          failures.push(messageId)
        })
      }
    }
    return { batchItemFailures: failures.map((itemIdentifier) => ({ itemIdentifier })) }
  }
}

interface Naive {
  firstMessageOnly: boolean
  firstRecordOnly: boolean
  throwsForAll: boolean
}
