import type { SQSRecord } from 'aws-lambda'
import type { Clock } from './clock.ts'
import type { Random } from './random.ts'

/** A queue with its dead-letter queue, in the time of a clock. */
export interface Queue {
  send: (body: string) => void
  /** Visible messages, in any order if so asked; each receive counts. */
  receive: (most: number) => SQSRecord[]
  changeVisibility: (receiptHandle: string, seconds: number) => void
  remove: (receiptHandle: string) => void
  /** Told whenever there may be something to receive. */
  onVisible: () => void
  /** Bodies of what was received too often. */
  moved: string[]
}

export interface QueueOptions {
  visibilitySeconds: number
  /** A message that was received more often is moved to the dead-letter queue. */
  maxReceiveCount: number
  isShuffled: boolean
}

interface Message {
  id: string
  body: string
  sentAt: number
  firstReceivedAt: number
  receives: number
  /** Of the last receive and the last change of visibility: an older timer does nothing. */
  turn: number
}

export function createQueue(options: QueueOptions, clock: Clock, random: Random): Queue {
  const visible: Message[] = []
  const inFlight = new Map<string, Message>()
  let sent = 0

  function show(message: Message) {
    visible.push(message)
    queue.onVisible()
  }

  function hideFor(seconds: number, message: Message, handle: string) {
    message.turn += 1
    const { turn } = message
    clock.after(seconds * 1000, () => {
      if (message.turn !== turn || !inFlight.delete(handle)) return
      show(message)
    })
  }

  function take(): Message | undefined {
    const index = options.isShuffled ? random.below(visible.length) : 0
    return visible.splice(index, 1)[0]
  }

  const queue: Queue = {
    onVisible: () => {},
    moved: [],
    send(body) {
      sent += 1
      show({ id: `message-${sent}`, body, sentAt: clock.now(), firstReceivedAt: 0, receives: 0, turn: 0 })
    },
    receive(most) {
      const records: SQSRecord[] = []
      while (records.length < most && visible.length > 0) {
        const message = take()
        if (!message) break
        if (message.receives >= options.maxReceiveCount) {
          queue.moved.push(message.body)
          continue
        }
        message.receives += 1
        message.firstReceivedAt ||= clock.now()
        const handle = `${message.id}#${message.receives}`
        inFlight.set(handle, message)
        hideFor(options.visibilitySeconds, message, handle)
        records.push(toRecord(message, handle))
      }
      return records
    },
    changeVisibility(handle, seconds) {
      const message = inFlight.get(handle)
      if (message) hideFor(seconds, message, handle)
    },
    remove: (handle) => void inFlight.delete(handle),
  }
  return queue
}

function toRecord({ id, body, sentAt, firstReceivedAt, receives }: Message, receiptHandle: string): SQSRecord {
  return {
    messageId: id,
    receiptHandle,
    body,
    attributes: {
      ApproximateReceiveCount: String(receives),
      SentTimestamp: String(sentAt),
      SenderId: 'AIDAEXAMPLE',
      ApproximateFirstReceiveTimestamp: String(firstReceivedAt),
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:eu-west-1:000000000000:queue',
    awsRegion: 'eu-west-1',
  }
}
