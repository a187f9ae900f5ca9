import { ApiError } from '../api.ts'
import { checkMessage, invalidParameter, type MessageToSend, type ReceivedMessage } from './message.ts'
import { checkRange, type QueueSettings, readSettings } from './queue-settings.ts'
import { type StoredMessage, storeMessage, toReceived } from './stored-message.ts'

/** What a queue needs of the cloud around it. */
export interface QueueSurroundings {
  timeScale: number
  warn: (line: string) => void
  findQueue: (arn: string) => Queue | undefined
}

export interface ReceiveOptions {
  max: number
  /** How long to wait for a first message; like all durations here it passes `timeScale` times faster. */
  waitMs?: number
  visibilityMs?: number
  /** Gives up waiting. */
  signal?: AbortSignal | undefined
}

interface Waiter {
  options: ReceiveOptions
  answer: (messages: ReceivedMessage[]) => void
}

const maximumVisibilitySeconds = 43_200

/** One standard queue, in memory. Nothing in it runs while nothing happens: timers exist per message or waiting receiver. */
export class Queue {
  readonly arn: string
  readonly #createdAt = Math.floor(Date.now() / 1000)
  readonly #surroundings: QueueSurroundings
  readonly #messages = new Map<string, StoredMessage>()
  /** Taken from `#next` on: shifting a long array for each receive would cost more than all else. */
  #visible: StoredMessage[] = []
  #next = 0
  #waiters: Waiter[] = []
  #isWaking = false
  #attributes: Record<string, string> = {}
  #settings!: QueueSettings

  /** `attributes`: as normalizeAttributes makes them. */
  constructor(arn: string, attributes: Record<string, string>, surroundings: QueueSurroundings) {
    this.arn = arn
    this.#surroundings = surroundings
    this.configure(attributes)
  }

  configure(attributes: Record<string, string>): void {
    this.#settings = readSettings(attributes)
    this.#attributes = attributes
  }

  get settings(): QueueSettings {
    return this.#settings
  }

  /** As GetQueueAttributes tells them. */
  attributes(): Record<string, string> {
    for (const message of this.#messages.values()) this.#dropIfExpired(message)
    const count = (state: string) =>
      String([...this.#messages.values()].filter((message) => message.state === state).length)
    return {
      ...this.#attributes,
      QueueArn: this.arn,
      CreatedTimestamp: String(this.#createdAt),
      LastModifiedTimestamp: String(this.#createdAt),
      ApproximateNumberOfMessages: count('visible'),
      ApproximateNumberOfMessagesNotVisible: count('inFlight'),
      ApproximateNumberOfMessagesDelayed: count('delayed'),
    }
  }

  send(message: MessageToSend): { id: string; md5: string } {
    checkMessage(message, this.settings.maximumBytes)
    const delaySeconds = checkRange('DelaySeconds', message.delaySeconds ?? this.settings.delaySeconds, 0, 900)
    const stored = storeMessage(message)
    this.#messages.set(stored.id, stored)
    this.#showAfter(stored, delaySeconds)
    return stored
  }

  /** At most `max` messages, as ReceiveMessage returns them with all attributes; waits for the first if there is none. */
  async receive(options: ReceiveOptions): Promise<ReceivedMessage[]> {
    const messages = this.#take(options)
    if (messages.length > 0 || !options.waitMs || options.signal?.aborted) return messages
    return new Promise((resolve) => {
      const waiter: Waiter = {
        options,
        answer: (answer) => {
          clearTimeout(timer)
          options.signal?.removeEventListener('abort', giveUp)
          resolve(answer)
        },
      }
      const giveUp = () => {
        this.#waiters = this.#waiters.filter((other) => other !== waiter)
        waiter.answer([])
      }
      const timer = this.#later(options.waitMs! / 1000, giveUp)
      options.signal?.addEventListener('abort', giveUp, { once: true })
      this.#waiters.push(waiter)
    })
  }

  /** Deletes the message. With the handle of an older receive it succeeds and deletes nothing, as in a standard queue. */
  remove(receiptHandle: string): void {
    const message = this.#find(receiptHandle)
    if (message?.receiptHandle === receiptHandle) this.#forget(message)
  }

  /** Counts from now; 0 gives the message back at once. */
  changeVisibility(receiptHandle: string, seconds: number): void {
    checkRange('VisibilityTimeout', seconds, 0, maximumVisibilitySeconds)
    const message = this.#find(receiptHandle)
    if (message?.receiptHandle !== receiptHandle || message.state !== 'inFlight') {
      throw invalidParameter(
        `Value ${receiptHandle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`,
      )
    }
    // An error and not a clamp: the 12 hours count from the receive
    if (this.#ageSeconds(message.receivedAt) + seconds > maximumVisibilitySeconds) {
      throw invalidParameter(
        `Value ${seconds} for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is beyond the limit [${maximumVisibilitySeconds} seconds]`,
      )
    }
    this.#showAfter(message, seconds)
  }

  purge(): void {
    for (const message of this.#messages.values()) this.#forget(message)
  }

  #take({ max, visibilityMs }: ReceiveOptions): ReceivedMessage[] {
    const taken: ReceivedMessage[] = []
    // Received with a visibility of 0 a message is at the end again at once, and not for this receive
    const { length } = this.#visible
    while (this.#next < length && taken.length < max) {
      const message = this.#visible[this.#next++]!
      if (message.state !== 'visible' || this.#dropIfExpired(message) || this.#moveToDeadLetters(message)) continue
      const now = Date.now()
      message.state = 'inFlight'
      message.receiveCount++
      message.receivesHere++
      message.receivedAt = now
      message.firstReceivedAt ||= now
      message.receiptHandle = Buffer.from(`${this.arn} ${message.id} ${message.receiveCount}`).toString('base64')
      this.#showAfter(message, visibilityMs === undefined ? this.settings.visibilitySeconds : visibilityMs / 1000)
      taken.push(toReceived(message))
    }
    if (this.#next * 2 >= this.#visible.length) {
      this.#visible = this.#visible.slice(this.#next)
      this.#next = 0
    }
    return taken
  }

  /** Only a receive moves a message: one that was received often enough stays until somebody asks again. */
  #moveToDeadLetters(message: StoredMessage): boolean {
    const { redrive } = this.settings
    if (!redrive || message.receivesHere < redrive.maxReceiveCount) return false
    const target = this.#surroundings.findQueue(redrive.deadLetterTargetArn)
    if (!target) return false
    this.#surroundings.warn(
      `${nameOf(this.arn)}: message ${message.id} moved to ${nameOf(target.arn)} after ${message.receivesHere} receives`,
    )
    // The age of a message counts from the first send, also in the dead letter queue
    const moved: StoredMessage = { ...message, receivesHere: 0, deadLetterSource: this.arn }
    this.#forget(message)
    target.#messages.set(moved.id, moved)
    target.#show(moved)
    return true
  }

  #dropIfExpired(message: StoredMessage): boolean {
    if (this.#ageSeconds(message.sentAt) <= this.settings.retentionSeconds) return false
    this.#surroundings.warn(
      `${nameOf(this.arn)}: message ${message.id} dropped after ${this.settings.retentionSeconds} s`,
    )
    this.#forget(message)
    return true
  }

  #forget(message: StoredMessage): void {
    clearTimeout(message.timer)
    message.state = 'removed'
    this.#messages.delete(message.id)
  }

  #showAfter(message: StoredMessage, seconds: number): void {
    clearTimeout(message.timer)
    if (seconds > 0) {
      message.timer = this.#later(seconds, () => this.#show(message))
    } else {
      this.#show(message)
    }
  }

  #show(message: StoredMessage): void {
    message.state = 'visible'
    this.#visible.push(message)
    if (this.#waiters.length === 0 || this.#isWaking) return
    this.#isWaking = true
    // After what else happens in this turn, so that one waiter gets all of a batch
    setImmediate(() => {
      this.#isWaking = false
      this.#serveWaiters()
    })
  }

  #serveWaiters(): void {
    while (this.#waiters.length > 0 && this.#visible.length > this.#next) {
      const messages = this.#take(this.#waiters[0]!.options)
      if (messages.length > 0) this.#waiters.shift()!.answer(messages)
    }
  }

  #find(receiptHandle: string): StoredMessage | undefined {
    const [arn, id = ''] = Buffer.from(receiptHandle, 'base64').toString().split(' ')
    if (arn === this.arn) return this.#messages.get(id)
    throw new ApiError(404, 'ReceiptHandleIsInvalid', 'The input receipt handle is invalid.')
  }

  #ageSeconds(since: number): number {
    return ((Date.now() - since) / 1000) * this.#surroundings.timeScale
  }

  #later(seconds: number, action: () => void): NodeJS.Timeout {
    return setTimeout(action, (seconds * 1000) / this.#surroundings.timeScale).unref()
  }
}

function nameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf(':') + 1)
}
