import type { Logger } from '@aws-lambda-powertools/logger'
import type { DeliveryRecord } from '@fanout/schemas'
import { beforeDeadline } from './deadline.ts'
import type { WriteDelivery } from './deliveries-table.ts'
import { createLimit } from './limit.ts'
import { toError } from './to-error.ts'

/** Writes the delivery records of one invocation beside its jobs. They are for people: no failure of theirs is a failure. */
export interface DeliveryLog {
  add(record: DeliveryRecord): void
  /** Resolves when all are written or given up, and before the function is killed. */
  finished(): Promise<void>
}

const WRITES_IN_FLIGHT = 10

export function createDeliveryLog(
  write: WriteDelivery | undefined,
  closing: AbortSignal,
  logger: Pick<Logger, 'warn'>,
): DeliveryLog {
  const limit = createLimit(WRITES_IN_FLIGHT)
  const writes: Promise<void>[] = []
  const writeOne = async (record: DeliveryRecord) => {
    try {
      await limit(async () => write && beforeDeadline(write(record, closing), closing))
    } catch (error) {
      logger.warn('cannot write a delivery record', { eventId: record.eventId, reason: toError(error).message })
    }
  }
  return {
    add: (record) => void (write && writes.push(writeOne(record))),
    finished: async () => void (await Promise.all(writes)),
  }
}
