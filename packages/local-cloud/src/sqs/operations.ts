import type * as Sqs from '@aws-sdk/client-sqs'
import { type ApiCall, ApiError } from '../api.ts'
import type { JsonOperations } from '../json-service.ts'
import { checkRange, type MessageAttributes, messageBytes, type ReceivedMessage, withDigest } from './message.ts'
import type { Queue } from './queue.ts'

interface Queues {
  /** Throws QueueDoesNotExist. */
  queue: (url: string | undefined) => Queue
  queues: () => Queue[]
  urlOf: (queue: Queue) => string
}
type JsonEntry<Entry> = Omit<Entry, 'MessageAttributes'> & { MessageAttributes?: MessageAttributes }
interface Batch<Entry> {
  QueueUrl: string
  Entries?: Entry[]
}

/** The modelled operations of SQS's JSON protocol. */
export function createOperations({ queue, queues, urlOf }: Queues): JsonOperations {
  function send(input: JsonEntry<Sqs.SendMessageRequest>, { principal }: ApiCall) {
    const { MessageId, MD5OfBody, MD5OfMessageAttributes } = queue(input.QueueUrl).send({
      body: input.MessageBody ?? '',
      attributes: input.MessageAttributes ?? {},
      delaySeconds: input.DelaySeconds,
      senderId: principal.type === 'service' ? principal.service : principal.arn,
    })
    return { MessageId, MD5OfMessageBody: MD5OfBody, MD5OfMessageAttributes }
  }

  function sendBatch(input: Batch<JsonEntry<Sqs.SendMessageBatchRequestEntry>>, call: ApiCall) {
    const sizes = input.Entries?.map((entry) => messageBytes(entry.MessageBody ?? '', entry.MessageAttributes)) ?? []
    if (sizes.reduce((sum, size) => sum + size, 0) > 1_048_576) {
      throw new ApiError(400, 'BatchRequestTooLong', 'Batch requests cannot be longer than 1048576 bytes.')
    }
    return eachEntry(input, (entry) => send(entry, call))
  }

  async function receive(input: Sqs.ReceiveMessageRequest, { signal }: ApiCall) {
    const source = queue(input.QueueUrl)
    const waitSeconds = input.WaitTimeSeconds ?? Number(source.attributes['ReceiveMessageWaitTimeSeconds'])
    const visibility = input.VisibilityTimeout
    const messages = await source.receive({
      max: checkRange('MaxNumberOfMessages', input.MaxNumberOfMessages ?? 1, 1, 10),
      waitMs: checkRange('WaitTimeSeconds', waitSeconds, 0, 20) * 1000,
      ...(visibility !== undefined && { visibilityMs: checkRange('VisibilityTimeout', visibility, 0, 43_200) * 1000 }),
      signal,
    })
    return messages.length > 0 ? { Messages: messages.map((message) => selectAttributes(message, input)) } : {}
  }

  function remove(input: Sqs.DeleteMessageRequest) {
    queue(input.QueueUrl).remove(input.ReceiptHandle ?? '')
    return {}
  }

  function changeVisibility(input: Partial<Sqs.ChangeMessageVisibilityRequest>) {
    queue(input.QueueUrl).changeVisibility(input.ReceiptHandle ?? '', input.VisibilityTimeout ?? Number.NaN)
    return {}
  }

  function purge({ QueueUrl: url }: Sqs.PurgeQueueRequest) {
    queue(url).purge()
    return {}
  }

  return {
    SendMessage: send,
    SendMessageBatch: sendBatch,
    ReceiveMessage: receive,
    DeleteMessage: remove,
    DeleteMessageBatch: (input: Batch<Sqs.DeleteMessageBatchRequestEntry>) => eachEntry(input, remove),
    ChangeMessageVisibility: changeVisibility,
    ChangeMessageVisibilityBatch: (input: Batch<Sqs.ChangeMessageVisibilityBatchRequestEntry>) =>
      eachEntry(input, changeVisibility),
    GetQueueAttributes: ({ QueueUrl: url, AttributeNames: names = [] }: Sqs.GetQueueAttributesRequest) => ({
      Attributes: pick(queue(url).describe(), names),
    }),
    GetQueueUrl: ({ QueueName: name }: Sqs.GetQueueUrlRequest) => ({ QueueUrl: urlOf(queue(name)) }),
    ListQueues: ({ QueueNamePrefix: prefix = '' }: Sqs.ListQueuesRequest) => {
      const found = queues().filter(({ arn }) => arn.split(':').at(-1)?.startsWith(prefix))
      return { QueueUrls: found.map(urlOf) }
    },
    ListDeadLetterSourceQueues: ({ QueueUrl: url }: Sqs.ListDeadLetterSourceQueuesRequest) => {
      const { arn } = queue(url)
      const sources = queues().filter(({ redrivePolicy }) => redrivePolicy?.deadLetterTargetArn === arn)
      return { queueUrls: sources.map(urlOf) }
    },
    PurgeQueue: purge,
  }
}

/** One failing entry leaves the others alone; a wrong batch fails as a whole. */
function eachEntry<Entry extends { Id?: string | undefined }>(
  { QueueUrl, Entries: entries = [] }: Batch<Entry>,
  action: (entry: Entry & { QueueUrl: string }) => object,
) {
  const ids = entries.map(({ Id: id = '' }) => id)
  const refuse = (code: string, message: string) => new ApiError(400, code, message)
  if (ids.length === 0) throw refuse('EmptyBatchRequest', 'There should be at least one entry in the request.')
  if (ids.length > 10) throw refuse('TooManyEntriesInBatchRequest', 'Maximum number of entries per request are 10.')
  if (new Set(ids).size < ids.length) throw refuse('BatchEntryIdsNotDistinct', 'Two or more entries have the same Id.')
  const areValid = ids.every((id) => /^[\w-]{1,80}$/.test(id))
  if (!areValid) throw refuse('InvalidBatchEntryId', 'The Id of an entry is invalid.')
  const Successful: object[] = []
  const Failed: object[] = []
  for (const entry of entries) {
    try {
      Successful.push({ Id: entry.Id, ...action({ ...entry, QueueUrl }) })
    } catch (error) {
      if (!(error instanceof ApiError) || error.code === 'QueueDoesNotExist') throw error
      Failed.push({ Id: entry.Id, SenderFault: true, Code: error.code, Message: error.message })
    }
  }
  return { Successful, Failed }
}

function selectAttributes(message: ReceivedMessage, input: Sqs.ReceiveMessageRequest): object {
  const { MessageId, ReceiptHandle, MD5OfBody, Body, Attributes, MessageAttributes = {} } = message
  const system = pick(Attributes, [...(input.MessageSystemAttributeNames ?? []), ...(input.AttributeNames ?? [])])
  const own = withDigest(pick(MessageAttributes, input.MessageAttributeNames ?? []))
  const always = { MessageId, ReceiptHandle, MD5OfBody, Body }
  return { ...always, ...(Object.keys(system).length > 0 && { Attributes: system }), ...own }
}

/** The named entries; `All`, `.*` and `prefix.*` as SQS understands them. */
function pick<Value>(entries: Record<string, Value>, names: string[]): Record<string, Value> {
  const prefixes = names.filter((name) => /^All$|\.\*$/.test(name)).map((name) => name.replace(/^All$|\.\*$/, ''))
  const isNamed = (name: string) => names.includes(name) || prefixes.some((prefix) => name.startsWith(prefix))
  return Object.fromEntries(Object.entries(entries).filter(([name]) => isNamed(name)))
}
