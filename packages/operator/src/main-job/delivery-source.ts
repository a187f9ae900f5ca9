import type { DeliveryRecord } from '@fanout/schemas'
import type { DeadLetter } from '../dlq/dead-letter.ts'
import { peekDeadLetters } from '../dlq/peek-dead-letters.ts'
import { readQueueDepths } from '../stage/queue-depths.ts'
import { readDeliveries } from '../stage/read-deliveries.ts'
import type { Stage } from '../stage/stage.ts'

/** Where a waiting run reads what was settled. */
export interface DeliverySource {
  readDeliveries: (key: string, settledSince: string) => Promise<DeliveryRecord[]>
  /** The dead letters, when there are others than last time; else none. */
  readNewDeadLetters: () => Promise<DeadLetter[]>
}

export function createDeliverySource(stage: Stage): DeliverySource {
  let known = 0
  return {
    readDeliveries: (key, settledSince) => readDeliveries(stage, key, settledSince),
    readNewDeadLetters: async () => {
      const depths = await readQueueDepths(stage)
      const count = depths.reduce((sum, { deadLetters }) => sum + deadLetters, 0)
      if (count === known) return []
      known = count
      return await peekDeadLetters(stage)
    },
  }
}
