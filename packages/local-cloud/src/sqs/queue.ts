import { ApiError, type Site } from '../api.ts'
import { checkRange, createMessage, invalid, type MessageToSend, type ReceivedMessage } from './message.ts'

export type Queue = ReturnType<typeof createQueue>

/** Seconds pass `timeScale` times faster. `waitSeconds`: for a first message; `signal` gives up waiting. */
type ReceiveOptions = {
  max: number
  waitSeconds?: number
  visibilitySeconds?: number
  signal?: AbortSignal | undefined
}

interface StoredMessage {
  /** As its newest receive gave it; an older receipt handle no longer works. */
  received: ReceivedMessage
  /** In this queue: what maxReceiveCount is compared with. ApproximateReceiveCount counts across queues. */
  receives: number
  receivedAt: number
  timer?: NodeJS.Timeout
}

const maximumVisibilitySeconds = 43_200

/** One standard queue, in memory. Nothing in it runs while nothing happens: timers exist per message or waiting receiver. */
export function createQueue(arn: string, { timeScale, warn }: Site, findQueue: (arn: string) => Queue | undefined) {
  const createdAt = String(Math.floor(Date.now() / 1000))
  const messages = new Map<string, StoredMessage>()
  /** The others are delayed when they were never received, and otherwise in flight. */
  const visible = new Set<StoredMessage>()
  const waiting = new Set<(value?: unknown) => void>()
  let attributes: Record<string, string> = {}

  /** Of the attributes that are numbers. */
  const valueOf = (attribute: string) => Number(attributes[attribute])
  const ageSeconds = (since: number) => ((Date.now() - since) / 1000) * timeScale

  /** Attributes with the counts, as GetQueueAttributes tells them. */
  function describe(): Record<string, string> {
    const hidden = [...messages.values()].filter((message) => !dropIfExpired(message) && !visible.has(message))
    const delayed = hidden.filter((message) => message.receives === 0)
    return {
      ...attributes,
      QueueArn: arn,
      CreatedTimestamp: createdAt,
      LastModifiedTimestamp: createdAt,
      ApproximateNumberOfMessages: String(visible.size),
      ApproximateNumberOfMessagesNotVisible: String(hidden.length - delayed.length),
      ApproximateNumberOfMessagesDelayed: String(delayed.length),
    }
  }

  /** Throws what SendMessage refuses. Returns the message's id and digests. */
  function send(message: MessageToSend, senderId = ''): ReceivedMessage {
    const delaySeconds = message.DelaySeconds ?? valueOf('DelaySeconds')
    const received = createMessage(message, senderId, valueOf('MaximumMessageSize'))
    accept(received, checkRange('DelaySeconds', delaySeconds, 0, 900))
    return received
  }

  function accept(received: ReceivedMessage, delaySeconds = 0): void {
    const message = { received, receives: 0, receivedAt: 0 }
    messages.set(received.MessageId, message)
    showAfter(message, delaySeconds)
  }

  /** At most `max` messages, as ReceiveMessage returns them with all attributes; waits for the first if there is none. */
  async function receive(options: ReceiveOptions): Promise<ReceivedMessage[]> {
    const { waitSeconds = 0, signal } = options
    const end = Date.now() + (waitSeconds * 1000) / timeScale
    while (!signal?.aborted) {
      const taken = take(options)
      const leftMs = end - Date.now()
      if (taken.length > 0 || leftMs <= 0) return taken
      const { promise: arrival, resolve: wake } = Promise.withResolvers<unknown>()
      const timer = setTimeout(wake, leftMs).unref()
      signal?.addEventListener('abort', wake)
      waiting.add(wake)
      await arrival
      clearTimeout(timer)
      signal?.removeEventListener('abort', wake)
      waiting.delete(wake)
    }
    return []
  }

  function take({ max, visibilitySeconds = valueOf('VisibilityTimeout') }: ReceiveOptions) {
    const taken: ReceivedMessage[] = []
    // Received with a visibility of 0 a message is at the end again at once, and not for this receive
    let left = visible.size
    for (const message of visible) {
      if (taken.length === max || left-- === 0) break
      visible.delete(message)
      if (dropIfExpired(message) || moveToDeadLetters(message)) continue
      const { MessageId, Attributes } = message.received
      const count = String(Number(Attributes['ApproximateReceiveCount']) + 1)
      message.receives++
      message.receivedAt = Date.now()
      const first = { ApproximateFirstReceiveTimestamp: String(message.receivedAt), ...Attributes }
      message.received = {
        ...message.received,
        ReceiptHandle: Buffer.from(`${arn} ${MessageId} ${count}`).toString('base64'),
        Attributes: { ...first, ApproximateReceiveCount: count },
      }
      taken.push(message.received)
      showAfter(message, visibilitySeconds)
    }
    return taken
  }

  /** Only a receive moves a message: one that was received often enough stays until somebody asks again. */
  function moveToDeadLetters(message: StoredMessage): boolean {
    const { deadLetterTargetArn = '', maxReceiveCount = 0 } = redrivePolicy() ?? {}
    const target = findQueue(deadLetterTargetArn)
    if (!target || message.receives < Number(maxReceiveCount)) return false
    const { MessageId, Attributes } = message.received
    warn(`${arn}: message ${MessageId} moved to ${deadLetterTargetArn} after ${message.receives} receives`)
    forget(message)
    // The age of a message counts from the first send, also in the dead letter queue
    target.accept({ ...message.received, Attributes: { ...Attributes, DeadLetterQueueSourceArn: arn } })
    return true
  }

  function redrivePolicy(): { deadLetterTargetArn: string; maxReceiveCount: number | string } | undefined {
    return attributes['RedrivePolicy'] ? JSON.parse(attributes['RedrivePolicy']) : undefined
  }

  function dropIfExpired(message: StoredMessage): boolean {
    const { MessageId, Attributes } = message.received
    const retentionSeconds = valueOf('MessageRetentionPeriod')
    if (ageSeconds(Number(Attributes['SentTimestamp'])) <= retentionSeconds) return false
    warn(`${arn}: message ${MessageId} dropped after ${retentionSeconds} s`)
    forget(message)
    return true
  }

  function forget(message: StoredMessage): void {
    clearTimeout(message.timer)
    visible.delete(message)
    messages.delete(message.received.MessageId)
  }

  function showAfter(message: StoredMessage, seconds: number): void {
    clearTimeout(message.timer)
    const show = () => {
      visible.add(message)
      // After what else happens in this turn, so that one receiver gets all of a batch
      if (waiting.size > 0) setImmediate(() => waiting.forEach((wake) => wake()))
    }
    if (seconds > 0) message.timer = setTimeout(show, (seconds * 1000) / timeScale).unref()
    else show()
  }

  function find(receiptHandle: string): StoredMessage | undefined {
    const [queueArn, id = ''] = Buffer.from(receiptHandle, 'base64').toString().split(' ')
    if (queueArn !== arn) throw new ApiError(404, 'ReceiptHandleIsInvalid', 'The input receipt handle is invalid.')
    const message = messages.get(id)
    return message?.received.ReceiptHandle === receiptHandle ? message : undefined
  }

  /** Deletes the message. With the handle of an older receive it succeeds and deletes nothing, as in a standard queue. */
  function remove(receiptHandle: string): void {
    const message = find(receiptHandle)
    if (message) forget(message)
  }

  /** Counts from now; 0 gives the message back at once. */
  function changeVisibility(receiptHandle: string, seconds: number): void {
    checkRange('VisibilityTimeout', seconds, 0, maximumVisibilitySeconds)
    const message = find(receiptHandle)
    if (!message || visible.has(message)) {
      const reason = 'Message does not exist or is not available for visibility timeout change.'
      throw invalid(`Value ${receiptHandle} for parameter ReceiptHandle is invalid. Reason: ${reason}`)
    }
    // An error and not a clamp: the 12 hours count from the receive
    if (ageSeconds(message.receivedAt) + seconds > maximumVisibilitySeconds) {
      const reason = `Total VisibilityTimeout for the message is beyond the limit [${maximumVisibilitySeconds} seconds]`
      throw invalid(`Value ${seconds} for parameter VisibilityTimeout is invalid. Reason: ${reason}`)
    }
    showAfter(message, seconds)
  }

  const setAttributes = (changed: Record<string, string>) => void (attributes = changed)
  const purge = () => messages.forEach(forget)
  const operations = { send, receive, remove, changeVisibility, purge, describe }
  return { arn, setAttributes, valueOf, redrivePolicy, accept, ...operations }
}
