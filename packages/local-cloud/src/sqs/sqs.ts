import { ApiError, type Service, type Site } from '../api.ts'
import { createJsonService } from '../json-service.ts'
import { invalidParameter } from './message.ts'
import { createOperations } from './operations.ts'
import { Queue } from './queue.ts'

export interface Sqs {
  service: Service
  operations: string[]
  /** Makes the queue, or gives an existing one these attributes and keeps its messages. Attributes: CloudFormation's. */
  createQueue: (name: string, attributes: Record<string, unknown>) => Queue
  /** Its messages go with it. */
  removeQueue: (name: string) => void
  /** Throws QueueDoesNotExist. */
  queue: (arnOrUrl: string | undefined) => Queue
}

const defaults = {
  VisibilityTimeout: '30',
  MessageRetentionPeriod: '345600',
  DelaySeconds: '0',
  ReceiveMessageWaitTimeSeconds: '0',
  MaximumMessageSize: '1048576',
}

/** Standard queues in memory; durations pass `site.timeScale` times faster. */
export function createSqs(site: Site): Sqs {
  const queues = new Map<string, Queue>()
  const find = (arnOrUrl: string) => queues.get(arnOrUrl.split(/[:/]/).at(-1) ?? '')

  function createQueue(name: string, given: Record<string, unknown>): Queue {
    const attributes: Record<string, string> = { ...defaults }
    for (const [key, value] of Object.entries(given)) {
      if (value !== undefined) attributes[key] = typeof value === 'string' ? value : JSON.stringify(value)
    }
    const arn = `arn:aws:sqs:${site.region}:${site.accountId}:${name}`
    const created = queues.get(name) ?? new Queue(arn, attributes, site, find)
    created.attributes = attributes
    const { redrivePolicy } = created
    if (redrivePolicy && !find(redrivePolicy.deadLetterTargetArn)) {
      const reason = `the dead letter target ${redrivePolicy.deadLetterTargetArn} does not exist`
      throw invalidParameter(`Value of parameter RedrivePolicy is invalid. Reason: ${reason}.`)
    }
    queues.set(name, created)
    return created
  }

  function queue(arnOrUrl = ''): Queue {
    const found = find(arnOrUrl)
    if (found) return found
    throw new ApiError(400, 'QueueDoesNotExist', 'The specified queue does not exist.')
  }

  const urlOf = ({ arn }: Queue) => `${site.endpoint}/${site.accountId}/${arn.split(':').at(-1)}`
  const operations = createOperations({ queue, queues: () => [...queues.values()], urlOf })
  const service = createJsonService('sqs', '1.0', operations)
  const removeQueue = (name: string) => void queues.delete(name)
  return { service, operations: Object.keys(operations), createQueue, removeQueue, queue }
}
