import { hash, randomUUID } from 'node:crypto'
import { ApiError, type Site } from '../api.ts'
import {
  checkMessage,
  checkRange,
  invalidParameter,
  type MessageToSend,
  type ReceivedMessage,
  withDigest,
} from './message.ts'

export interface ReceiveOptions {
  max: number
  /** How long to wait for a first message; like all durations here it passes `timeScale` times faster. */
  waitMs?: number
  visibilityMs?: number
  /** Gives up waiting. */
  signal?: AbortSignal | undefined
}

interface StoredMessage {
  /** As its newest receive gave it; an older receipt handle no longer works. */
  received: ReceivedMessage
  state: 'delayed' | 'visible' | 'inFlight' | 'removed'
  /** In this queue: what maxReceiveCount is compared with. ApproximateReceiveCount counts across queues. */
  receives: number
  sentAt: number
  receivedAt: number
  timer?: NodeJS.Timeout
}

const maximumVisibilitySeconds = 43_200

/** One standard queue, in memory. Nothing in it runs while nothing happens: timers exist per message or waiting receiver. */
export class Queue {
  readonly arn: string
  /** As the API tells them, all text; replaced when the queue is provisioned again. */
  attributes: Record<string, string>
  readonly #createdAt = String(Math.floor(Date.now() / 1000))
  readonly #site: Site
  readonly #findQueue: (arn: string) => Queue | undefined
  readonly #messages = new Map<string, StoredMessage>()
  /** Taken from `#next` on: shifting a long array for each receive would cost more than all else. */
  #visible: StoredMessage[] = []
  #next = 0
  readonly #waiting = new Set<() => void>()

  constructor(
    arn: string,
    attributes: Record<string, string>,
    site: Site,
    findQueue: (arn: string) => Queue | undefined,
  ) {
    this.arn = arn
    this.attributes = attributes
    this.#site = site
    this.#findQueue = findQueue
  }

  get redrivePolicy(): { deadLetterTargetArn: string; maxReceiveCount: number | string } | undefined {
    return this.attributes['RedrivePolicy'] ? JSON.parse(this.attributes['RedrivePolicy']) : undefined
  }

  /** Attributes with the counts, as GetQueueAttributes tells them. */
  describe(): Record<string, string> {
    const messages = [...this.#messages.values()].filter((message) => !this.#dropIfExpired(message))
    const count = (state: StoredMessage['state']) => String(messages.filter((one) => one.state === state).length)
    return {
      ...this.attributes,
      QueueArn: this.arn,
      CreatedTimestamp: this.#createdAt,
      LastModifiedTimestamp: this.#createdAt,
      ApproximateNumberOfMessages: count('visible'),
      ApproximateNumberOfMessagesNotVisible: count('inFlight'),
      ApproximateNumberOfMessagesDelayed: count('delayed'),
    }
  }

  /** Throws what SendMessage refuses. Returns the message's id and digests. */
  send(message: MessageToSend): Omit<ReceivedMessage, 'ReceiptHandle'> {
    checkMessage(message, this.#number('MaximumMessageSize'))
    const delaySeconds = checkRange('DelaySeconds', message.delaySeconds ?? this.#number('DelaySeconds'), 0, 900)
    const { body, attributes = {}, senderId = '' } = message
    const sentAt = Date.now()
    const received: ReceivedMessage = {
      MessageId: randomUUID(),
      ReceiptHandle: '',
      MD5OfBody: hash('md5', body),
      Body: body,
      Attributes: { SenderId: senderId, SentTimestamp: String(sentAt), ApproximateReceiveCount: '0' },
      ...withDigest(attributes),
    }
    const stored: StoredMessage = { received, state: 'delayed', receives: 0, sentAt, receivedAt: 0 }
    this.#messages.set(received.MessageId, stored)
    this.#showAfter(stored, delaySeconds)
    return received
  }

  /** At most `max` messages, as ReceiveMessage returns them with all attributes; waits for the first if there is none. */
  async receive(options: ReceiveOptions): Promise<ReceivedMessage[]> {
    const { waitMs = 0, signal } = options
    const end = Date.now() + waitMs / this.#site.timeScale
    while (!signal?.aborted) {
      const messages = this.#take(options)
      const leftMs = end - Date.now()
      if (messages.length > 0 || leftMs <= 0) return messages
      await this.#nextArrival(leftMs, signal)
    }
    return []
  }

  /** Deletes the message. With the handle of an older receive it succeeds and deletes nothing, as in a standard queue. */
  remove(receiptHandle: string): void {
    const message = this.#find(receiptHandle)
    if (message) this.#forget(message)
  }

  /** Counts from now; 0 gives the message back at once. */
  changeVisibility(receiptHandle: string, seconds: number): void {
    checkRange('VisibilityTimeout', seconds, 0, maximumVisibilitySeconds)
    const message = this.#find(receiptHandle)
    if (message?.state !== 'inFlight') {
      const reason = 'Message does not exist or is not available for visibility timeout change.'
      throw invalidParameter(`Value ${receiptHandle} for parameter ReceiptHandle is invalid. Reason: ${reason}`)
    }
    // An error and not a clamp: the 12 hours count from the receive
    if (this.#ageSeconds(message.receivedAt) + seconds > maximumVisibilitySeconds) {
      const reason = `Total VisibilityTimeout for the message is beyond the limit [${maximumVisibilitySeconds} seconds]`
      throw invalidParameter(`Value ${seconds} for parameter VisibilityTimeout is invalid. Reason: ${reason}`)
    }
    this.#showAfter(message, seconds)
  }

  purge(): void {
    for (const message of this.#messages.values()) this.#forget(message)
  }

  #take({ max, visibilityMs = this.#number('VisibilityTimeout') * 1000 }: ReceiveOptions): ReceivedMessage[] {
    const taken: ReceivedMessage[] = []
    // Received with a visibility of 0 a message is at the end again at once, and not for this receive
    const { length } = this.#visible
    while (this.#next < length && taken.length < max) {
      const message = this.#visible[this.#next++]!
      if (message.state !== 'visible' || this.#dropIfExpired(message) || this.#moveToDeadLetters(message)) continue
      message.state = 'inFlight'
      message.receives++
      message.receivedAt = Date.now()
      message.received = toReceived(message, this.arn)
      taken.push(message.received)
      this.#showAfter(message, visibilityMs / 1000)
    }
    if (this.#next * 2 >= this.#visible.length) {
      this.#visible = this.#visible.slice(this.#next)
      this.#next = 0
    }
    return taken
  }

  /** Only a receive moves a message: one that was received often enough stays until somebody asks again. */
  #moveToDeadLetters(message: StoredMessage): boolean {
    const policy = this.redrivePolicy
    const target = policy && this.#findQueue(policy.deadLetterTargetArn)
    if (!target || message.receives < Number(policy.maxReceiveCount)) return false
    const { MessageId, Attributes } = message.received
    this.#site.warn(`${this.arn}: message ${MessageId} moved to ${target.arn} after ${message.receives} receives`)
    this.#forget(message)
    // The age of a message counts from the first send, also in the dead letter queue
    const received = { ...message.received, Attributes: { ...Attributes, DeadLetterQueueSourceArn: this.arn } }
    const moved: StoredMessage = { ...message, received, receives: 0 }
    target.#messages.set(MessageId, moved)
    target.#showAfter(moved, 0)
    return true
  }

  #dropIfExpired(message: StoredMessage): boolean {
    const retentionSeconds = this.#number('MessageRetentionPeriod')
    if (this.#ageSeconds(message.sentAt) <= retentionSeconds) return false
    this.#site.warn(`${this.arn}: message ${message.received.MessageId} dropped after ${retentionSeconds} s`)
    this.#forget(message)
    return true
  }

  #forget(message: StoredMessage): void {
    clearTimeout(message.timer)
    message.state = 'removed'
    this.#messages.delete(message.received.MessageId)
  }

  #showAfter(message: StoredMessage, seconds: number): void {
    clearTimeout(message.timer)
    const show = () => {
      message.state = 'visible'
      this.#visible.push(message)
      // After what else happens in this turn, so that one receiver gets all of a batch
      if (this.#waiting.size > 0) setImmediate(() => this.#waiting.forEach((wake) => wake()))
    }
    if (seconds > 0) message.timer = setTimeout(show, (seconds * 1000) / this.#site.timeScale).unref()
    else show()
  }

  #nextArrival(leftMs: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', wake)
        this.#waiting.delete(wake)
        resolve()
      }
      const timer = setTimeout(wake, leftMs).unref()
      signal?.addEventListener('abort', wake)
      this.#waiting.add(wake)
    })
  }

  #find(receiptHandle: string): StoredMessage | undefined {
    const [arn, id = ''] = Buffer.from(receiptHandle, 'base64').toString().split(' ')
    if (arn !== this.arn) throw new ApiError(404, 'ReceiptHandleIsInvalid', 'The input receipt handle is invalid.')
    const message = this.#messages.get(id)
    return message?.received.ReceiptHandle === receiptHandle ? message : undefined
  }

  #number(name: string): number {
    return Number(this.attributes[name])
  }

  #ageSeconds(since: number): number {
    return ((Date.now() - since) / 1000) * this.#site.timeScale
  }
}

function toReceived({ received, receivedAt }: StoredMessage, arn: string): ReceivedMessage {
  const count = Number(received.Attributes['ApproximateReceiveCount']) + 1
  return {
    ...received,
    ReceiptHandle: Buffer.from(`${arn} ${received.MessageId} ${count}`).toString('base64'),
    Attributes: {
      ApproximateFirstReceiveTimestamp: String(receivedAt),
      ...received.Attributes,
      ApproximateReceiveCount: String(count),
    },
  }
}
