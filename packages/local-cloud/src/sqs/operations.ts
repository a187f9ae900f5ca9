import type * as Sqs from '@aws-sdk/client-sqs'
import { type ApiCall, ApiError, type Principal } from '../api.ts'
import type { JsonOperations } from '../json-service.ts'
import { md5OfAttributes, type MessageAttributes, messageBytes, type ReceivedMessage } from './message.ts'
import type { Queue } from './queue.ts'
import { checkRange } from './queue-settings.ts'

interface Queues {
  queue: (url: string) => Queue
  queues: () => Queue[]
  urlOf: (queue: Queue) => string
}

type JsonEntry<T> = Omit<T, 'MessageAttributes'> & { MessageAttributes?: MessageAttributes }
interface Batch<Entry> {
  QueueUrl: string
  Entries?: Entry[]
}

/** The modelled operations of SQS's JSON protocol. */
export function createOperations({ queue, queues, urlOf }: Queues): JsonOperations {
  function send(input: JsonEntry<Sqs.SendMessageRequest>, { principal }: ApiCall) {
    const { MessageBody: body = '', MessageAttributes: attributes = {}, DelaySeconds: delaySeconds } = input
    const sent = queue(input.QueueUrl ?? '').send({ body, attributes, delaySeconds, senderId: senderOf(principal) })
    return {
      MessageId: sent.id,
      MD5OfMessageBody: sent.md5,
      ...(Object.keys(attributes).length > 0 && { MD5OfMessageAttributes: md5OfAttributes(attributes) }),
    }
  }

  function remove(input: Sqs.DeleteMessageRequest) {
    queue(input.QueueUrl ?? '').remove(input.ReceiptHandle ?? '')
    return {}
  }

  function changeVisibility(input: Partial<Sqs.ChangeMessageVisibilityRequest>) {
    queue(input.QueueUrl ?? '').changeVisibility(input.ReceiptHandle ?? '', input.VisibilityTimeout ?? Number.NaN)
    return {}
  }

  async function receive(input: Sqs.ReceiveMessageRequest, { signal }: ApiCall) {
    const source = queue(input.QueueUrl ?? '')
    const max = checkRange('MaxNumberOfMessages', input.MaxNumberOfMessages ?? 1, 1, 10)
    const waitSeconds = checkRange('WaitTimeSeconds', input.WaitTimeSeconds ?? source.settings.waitSeconds, 0, 20)
    const { VisibilityTimeout: visibility } = input
    const messages = await source.receive({
      max,
      waitMs: waitSeconds * 1000,
      ...(visibility !== undefined && { visibilityMs: checkRange('VisibilityTimeout', visibility, 0, 43_200) * 1000 }),
      signal,
    })
    const systemNames = [...(input.MessageSystemAttributeNames ?? []), ...(input.AttributeNames ?? [])]
    return messages.length === 0
      ? {}
      : {
          Messages: messages.map((message) =>
            selectAttributes(message, systemNames, input.MessageAttributeNames ?? []),
          ),
        }
  }

  return {
    SendMessage: send,
    SendMessageBatch: (input: Batch<JsonEntry<Sqs.SendMessageBatchRequestEntry>>, call: ApiCall) => {
      const bytes = (input.Entries ?? []).map((entry) => messageBytes(entry.MessageBody ?? '', entry.MessageAttributes))
      if (bytes.reduce((sum, size) => sum + size, 0) > 1_048_576) {
        throw new ApiError(400, 'BatchRequestTooLong', 'Batch requests cannot be longer than 1048576 bytes.')
      }
      return eachEntry(input, (entry) => send(entry, call))
    },
    ReceiveMessage: receive,
    DeleteMessage: remove,
    DeleteMessageBatch: (input: Batch<Sqs.DeleteMessageBatchRequestEntry>) => eachEntry(input, remove),
    ChangeMessageVisibility: changeVisibility,
    ChangeMessageVisibilityBatch: (input: Batch<Sqs.ChangeMessageVisibilityBatchRequestEntry>) =>
      eachEntry(input, changeVisibility),
    GetQueueAttributes: ({ QueueUrl: url = '', AttributeNames: names = [] }: Sqs.GetQueueAttributesRequest) => ({
      Attributes: pick(queue(url).attributes(), names),
    }),
    GetQueueUrl: ({ QueueName: name = '' }: Sqs.GetQueueUrlRequest) => ({ QueueUrl: urlOf(queue(name)) }),
    ListQueues: ({ QueueNamePrefix: prefix = '' }: Sqs.ListQueuesRequest) => ({
      QueueUrls: queues()
        .map(urlOf)
        .filter((url) => url.slice(url.lastIndexOf('/') + 1).startsWith(prefix)),
    }),
    ListDeadLetterSourceQueues: ({ QueueUrl: url = '' }: Sqs.ListDeadLetterSourceQueuesRequest) => {
      const { arn } = queue(url)
      const sources = queues().filter(({ settings }) => settings.redrive?.deadLetterTargetArn === arn)
      return { queueUrls: sources.map(urlOf) }
    },
    PurgeQueue: ({ QueueUrl: url = '' }: Sqs.PurgeQueueRequest) => {
      queue(url).purge()
      return {}
    },
  }
}

/** One failing entry leaves the others alone; a wrong batch fails as a whole. */
function eachEntry<Entry extends { Id?: string | undefined }>(
  { QueueUrl, Entries: entries = [] }: Batch<Entry>,
  action: (entry: Entry & { QueueUrl: string }) => object,
) {
  if (entries.length === 0) throw batchError('EmptyBatchRequest', 'There should be at least one entry in the request.')
  if (entries.length > 10) {
    throw batchError(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are 10. You have sent ${entries.length}.`,
    )
  }
  const ids = entries.map(({ Id: id = '' }) => id)
  if (new Set(ids).size < ids.length)
    throw batchError('BatchEntryIdsNotDistinct', 'Two or more batch entries have the same Id.')
  if (!ids.every((id) => /^[\w-]{1,80}$/.test(id))) {
    throw batchError(
      'InvalidBatchEntryId',
      'A batch entry id can only contain alphanumeric characters, hyphens and underscores.',
    )
  }
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

function selectAttributes(message: ReceivedMessage, systemNames: string[], names: string[]): object {
  const { Attributes, MessageAttributes = {}, MD5OfMessageAttributes: _, ...rest } = message
  const system = pick(Attributes, systemNames)
  const own = pick(MessageAttributes, names)
  return {
    ...rest,
    ...(Object.keys(system).length > 0 && { Attributes: system }),
    ...(Object.keys(own).length > 0 && { MessageAttributes: own, MD5OfMessageAttributes: md5OfAttributes(own) }),
  }
}

/** The named entries; `All`, `.*` and `prefix.*` as SQS understands them. */
function pick<Value>(entries: Record<string, Value>, names: string[]): Record<string, Value> {
  if (names.length === 0) return {}
  const prefixes = names
    .filter((name) => name === 'All' || name.endsWith('.*'))
    .map((name) => name.replace(/All|\.\*$/, ''))
  return Object.fromEntries(
    Object.entries(entries).filter(
      ([name]) => names.includes(name) || prefixes.some((prefix) => name.startsWith(prefix)),
    ),
  )
}

function senderOf(principal: Principal): string {
  return principal.type === 'service' ? principal.service : principal.arn
}

function batchError(code: string, message: string): ApiError {
  return new ApiError(400, code, message)
}
