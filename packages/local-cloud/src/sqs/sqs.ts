import { type ApiCall, ApiError, arnOf, type Operations, type Site } from '../api.ts'
import { bytesOf, checkRange, invalid, type MessageToSend, type ReceivedMessage, withDigest } from './message.ts'
import { createQueue, type Queue } from './queue.ts'

export type Sqs = ReturnType<typeof createSqs>

/** Of what clients send, whatever the operation. */
type Input = MessageToSend &
  Partial<Record<'QueueUrl' | 'ReceiptHandle' | 'QueueName' | 'QueueNamePrefix', string>> &
  Partial<Record<'VisibilityTimeout' | 'WaitTimeSeconds' | 'MaxNumberOfMessages', number>> &
  Partial<Record<'AttributeNames' | 'MessageSystemAttributeNames' | 'MessageAttributeNames', string[]>>
type Batch = { QueueUrl?: string; Entries?: (Input & { Id?: string })[] }

const defaults = {
  VisibilityTimeout: '30',
  MessageRetentionPeriod: '345600',
  DelaySeconds: '0',
  ReceiveMessageWaitTimeSeconds: '0',
  MaximumMessageSize: '1048576',
}

/** Standard queues in memory; durations pass `site.timeScale` times faster. */
export function createSqs(site: Site) {
  const queues = new Map<string, Queue>()
  const find = (arnOrUrl: string) => queues.get(arnOrUrl.split(/[:/]/).at(-1) ?? '')
  const urlOf = ({ arn }: Queue) => `${site.endpoint}/${site.accountId}/${arn.split(':').at(-1)}`
  const urlsOf = (isAsked: (queue: Queue) => boolean) => [...queues.values()].filter(isAsked).map(urlOf)

  /** Makes the queue, or gives an existing one these attributes and keeps its messages. Attributes: CloudFormation's. */
  function putQueue(name: string, given: Record<string, unknown>): Queue {
    const texts = Object.entries(given).flatMap(([key, value]) => {
      return value === undefined ? [] : [[key, typeof value === 'string' ? value : JSON.stringify(value)]]
    })
    const put = queues.get(name) ?? createQueue(arnOf(site, 'sqs', name), site, find)
    put.setAttributes({ ...defaults, ...Object.fromEntries(texts) })
    const target = put.redrivePolicy()?.deadLetterTargetArn
    if (target !== undefined && !find(target)) {
      throw invalid(`Value of parameter RedrivePolicy is invalid. Reason: the target ${target} does not exist.`)
    }
    queues.set(name, put)
    return put
  }

  /** Throws QueueDoesNotExist. */
  function queue(arnOrUrl = ''): Queue {
    const found = find(arnOrUrl)
    if (found) return found
    throw new ApiError(400, 'QueueDoesNotExist', 'The specified queue does not exist.')
  }

  function send(input: Input, { principal }: ApiCall) {
    const senderId = principal.type === 'service' ? principal.service : principal.arn
    const { MessageId, MD5OfBody, MD5OfMessageAttributes } = queue(input.QueueUrl).send(input, senderId)
    return { MessageId, MD5OfMessageBody: MD5OfBody, MD5OfMessageAttributes }
  }

  async function receive(input: Input, { signal }: ApiCall) {
    const source = queue(input.QueueUrl)
    const { WaitTimeSeconds = source.valueOf('ReceiveMessageWaitTimeSeconds'), MaxNumberOfMessages: max = 1 } = input
    const { VisibilityTimeout: visibilitySeconds = source.valueOf('VisibilityTimeout') } = input
    checkRange('MaxNumberOfMessages', max, 1, 10)
    checkRange('WaitTimeSeconds', WaitTimeSeconds, 0, 20)
    checkRange('VisibilityTimeout', visibilitySeconds, 0, 43_200)
    const messages = await source.receive({ max, waitSeconds: WaitTimeSeconds, visibilitySeconds, signal })
    return messages.length > 0 ? { Messages: messages.map((message) => selectAttributes(message, input)) } : {}
  }

  const remove = ({ QueueUrl: url, ReceiptHandle: handle = '' }: Input) => queue(url).remove(handle)
  const changeVisibility = ({ QueueUrl: url, ReceiptHandle: handle = '', VisibilityTimeout: seconds = NaN }: Input) =>
    queue(url).changeVisibility(handle, seconds)

  const operations = {
    SendMessage: send,
    SendMessageBatch: (input: Batch, call: ApiCall) => {
      const bytes = input.Entries?.map(bytesOf).reduce((sum, size) => sum + size, 0) ?? 0
      if (bytes <= 1_048_576) return eachEntry(input, (entry) => send(entry, call))
      throw new ApiError(400, 'BatchRequestTooLong', 'Batch requests cannot be longer than 1048576 bytes.')
    },
    ReceiveMessage: receive,
    DeleteMessage: remove,
    DeleteMessageBatch: (input: Batch) => eachEntry(input, remove),
    ChangeMessageVisibility: changeVisibility,
    ChangeMessageVisibilityBatch: (input: Batch) => eachEntry(input, changeVisibility),
    GetQueueAttributes: ({ QueueUrl: url, AttributeNames: names }: Input) => {
      return { Attributes: pick(queue(url).describe(), names) }
    },
    GetQueueUrl: ({ QueueName: name }: Input) => ({ QueueUrl: urlOf(queue(name)) }),
    ListQueues: ({ QueueNamePrefix: prefix = '' }: Input) => {
      return { QueueUrls: urlsOf(({ arn }) => arn.startsWith(arnOf(site, 'sqs', prefix))) }
    },
    ListDeadLetterSourceQueues: ({ QueueUrl: url }: Input) => {
      const { arn } = queue(url)
      return { queueUrls: urlsOf((source) => source.redrivePolicy()?.deadLetterTargetArn === arn) }
    },
    PurgeQueue: ({ QueueUrl: url }: Input) => queue(url).purge(),
  } satisfies Operations

  /** Its messages go with it. */
  const removeQueue = (name: string) => void queues.delete(name)
  return { operations, putQueue, removeQueue, queue }
}

/** One failing entry leaves the others alone; a wrong batch fails as a whole. */
function eachEntry({ QueueUrl = '', Entries: entries = [] }: Batch, action: (entry: Input) => object | void) {
  const ids = entries.map(({ Id: id = '' }) => id)
  const refusals = {
    EmptyBatchRequest: ids.length === 0 && 'There should be at least one entry in the request.',
    TooManyEntriesInBatchRequest: ids.length > 10 && 'Maximum number of entries per request are 10.',
    BatchEntryIdsNotDistinct: new Set(ids).size < ids.length && 'Two or more entries have the same Id.',
    InvalidBatchEntryId: !ids.every((id) => /^[\w-]{1,80}$/.test(id)) && 'The Id of an entry is invalid.',
  }
  for (const [code, message] of Object.entries(refusals)) if (message) throw new ApiError(400, code, message)
  const [Successful, Failed]: [object[], object[]] = [[], []]
  for (const { Id, ...entry } of entries) {
    try {
      Successful.push({ Id, ...action({ ...entry, QueueUrl }) })
    } catch (error) {
      if (!(error instanceof ApiError) || error.code === 'QueueDoesNotExist') throw error
      Failed.push({ Id, SenderFault: true, Code: error.code, Message: error.message })
    }
  }
  return { Successful, Failed }
}

function selectAttributes(message: ReceivedMessage, input: Input): object {
  const { Attributes, MessageAttributes = {}, MD5OfMessageAttributes: _, ...always } = message
  const system = pick(Attributes, [...(input.MessageSystemAttributeNames ?? []), ...(input.AttributeNames ?? [])])
  const own = withDigest(pick(MessageAttributes, input.MessageAttributeNames))
  return { ...always, ...(Object.keys(system).length > 0 && { Attributes: system }), ...own }
}

/** The named entries; `All`, `.*` and `prefix.*` as SQS understands them. */
function pick<Value>(entries: Record<string, Value>, names: string[] = []): Record<string, Value> {
  const prefixes = names.filter((name) => /^All$|\.\*$/.test(name)).map((name) => name.replace(/^All$|\.\*$/, ''))
  const isNamed = (name: string) => names.includes(name) || prefixes.some((prefix) => name.startsWith(prefix))
  return Object.fromEntries(Object.entries(entries).filter(([name]) => isNamed(name)))
}
