import { ApiError, type Service, type Site } from '../api.ts'
import { createJsonService } from '../json-service.ts'
import { invalidParameter } from './message.ts'
import { createOperations } from './operations.ts'
import { Queue } from './queue.ts'
import { normalizeAttributes, readSettings } from './queue-settings.ts'

export interface Sqs {
  service: Service
  operations: string[]
  /** Makes the queue, or gives an existing one these attributes and keeps its messages. */
  createQueue: (name: string, attributes: Record<string, unknown>) => Queue
  /** Throws QueueDoesNotExist. */
  queue: (arnOrUrl: string) => Queue
}

/** Standard queues in memory. Attributes are CloudFormation's or the API's; durations pass `site.timeScale` times faster. */
export function createSqs(site: Site): Sqs {
  const queues = new Map<string, Queue>()
  const surroundings = {
    timeScale: site.timeScale,
    warn: site.warn,
    findQueue: (arn: string) => queues.get(nameIn(arn)),
  }

  function createQueue(name: string, given: Record<string, unknown>): Queue {
    const attributes = normalizeAttributes(given)
    const { redrive } = readSettings(attributes)
    if (redrive && !surroundings.findQueue(redrive.deadLetterTargetArn)) {
      throw invalidParameter(
        `Value ${attributes['RedrivePolicy']} for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist.`,
      )
    }
    const existing = queues.get(name)
    existing?.configure(attributes)
    const created =
      existing ?? new Queue(`arn:aws:sqs:${site.region}:${site.accountId}:${name}`, attributes, surroundings)
    queues.set(name, created)
    return created
  }

  function queue(arnOrUrl: string): Queue {
    const found = queues.get(nameIn(arnOrUrl))
    if (found) return found
    throw new ApiError(400, 'QueueDoesNotExist', 'The specified queue does not exist.')
  }

  const operations = createOperations({
    queue,
    queues: () => [...queues.values()],
    urlOf: ({ arn }) => `${site.endpoint}/${site.accountId}/${nameIn(arn)}`,
  })
  return {
    service: createJsonService('sqs', '1.0', operations),
    operations: Object.keys(operations),
    createQueue,
    queue,
  }
}

function nameIn(arnOrUrl: string): string {
  return arnOrUrl.slice(Math.max(arnOrUrl.lastIndexOf('/'), arnOrUrl.lastIndexOf(':')) + 1)
}
