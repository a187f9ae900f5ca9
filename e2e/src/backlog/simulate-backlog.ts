import { backoffSeconds } from '@fanout/handler/testing'
import { createTimeline } from './timeline.ts'
import { createWaitingLine } from './waiting-line.ts'

/** One subscriber under one kind of trouble. Times in seconds since the start. */
export interface Scenario {
  readonly name: string
  /** Uploads a second while they come. */
  readonly arrivalsPerSecond: number
  readonly arrivalSeconds: number
  /** Invocations at the same time. */
  readonly maxConcurrency: number
  /** Time that one record takes of its function, when it works. */
  readonly recordMs: number
  /** Every attempt that ends in here fails. */
  readonly outage?: { readonly from: number; readonly to: number }
  readonly maxAttempts: number
}

export interface Result {
  readonly uploads: number
  readonly done: number
  readonly dead: number
  /** Most messages that waited to be received, and most that were being worked on or waiting for their next attempt. */
  readonly mostWaiting: number
  readonly mostInFlight: number
  /** Seconds from the end of the outage, or of the arrivals, until all that had come before it was settled. */
  readonly drainSeconds: number
  readonly slowestSeconds: number
}

const BATCH = 10
/** A standard queue hands out no more messages while so many are in flight. */
const IN_FLIGHT_LIMIT = 120_000
/** How Lambda adds pollers to a busy queue: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
const [FIRST_POLLERS, MORE_PER_MINUTE] = [5, 300]

interface Message {
  readonly arrivedAt: number
  attempts: number
}

/**
 * Lets a subscriber live through a scenario, in steps of a second, by the handler's own backoff: messages wait, are taken in
 * batches, and come again until their last attempt. A failing attempt takes as long as one that works.
 */
export function simulateBacklog(scenario: Scenario, random: () => number): Result {
  const { arrivalsPerSecond, arrivalSeconds, maxConcurrency, recordMs, outage, maxAttempts } = scenario
  const waiting = createWaitingLine<Message>()
  const running = createTimeline<Message[]>()
  const backingOff = createTimeline<Message>()
  let [uploads, done, dead, settled, invocations, inFlight] = [0, 0, 0, 0, 0, 0]
  let [mostWaiting, mostInFlight, slowestSeconds] = [0, 0, 0]
  const calmSince = outage?.to ?? arrivalSeconds
  let drainedAt = calmSince
  const settle = (message: Message, now: number) => {
    settled += 1
    inFlight -= 1
    slowestSeconds = Math.max(slowestSeconds, now - message.arrivedAt)
    if (message.arrivedAt < calmSince) drainedAt = Math.max(drainedAt, now)
  }

  let [now, due] = [0, 0]
  for (; now < arrivalSeconds || settled < uploads; now += 1) {
    for (due += now < arrivalSeconds ? arrivalsPerSecond : 0; due >= 1; due -= 1) {
      waiting.push({ arrivedAt: now, attempts: 0 })
      uploads += 1
    }
    for (const message of backingOff.until(now)) {
      inFlight -= 1
      waiting.push(message)
    }
    for (const batch of running.until(now)) {
      invocations -= 1
      const fails = outage !== undefined && now >= outage.from && now < outage.to
      for (const message of batch) {
        message.attempts += 1
        if (!fails) {
          done += 1
          settle(message, now)
        } else if (message.attempts >= maxAttempts) {
          dead += 1
          settle(message, now)
        } else backingOff.add(now + backoffSeconds(message.attempts, random), message)
      }
    }
    const pollers = Math.min(maxConcurrency, FIRST_POLLERS + Math.floor((now * MORE_PER_MINUTE) / 60))
    // A slot that ends within the second is used again in it.
    const turns = Math.max(1, Math.floor(1000 / (recordMs * BATCH)))
    for (let free = (pollers - invocations) * turns; free > 0 && waiting.length > 0; free -= 1) {
      const batch = waiting.take(Math.min(BATCH, IN_FLIGHT_LIMIT - inFlight))
      if (batch.length === 0) break
      inFlight += batch.length
      invocations += 1 / turns
      running.add(now + Math.max(1, Math.ceil((batch.length * recordMs) / 1000)), batch)
    }
    mostWaiting = Math.max(mostWaiting, waiting.length)
    mostInFlight = Math.max(mostInFlight, inFlight)
  }
  return { uploads, done, dead, mostWaiting, mostInFlight, drainSeconds: drainedAt - calmSince, slowestSeconds }
}
