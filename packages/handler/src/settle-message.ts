import type { SQSRecord } from 'aws-lambda'
import { parseMessage, type ParsedMessage } from '@fanout/event-parsing'
import { backoffSeconds } from './backoff.ts'
import { createDeadLetter } from './dead-letter.ts'
import type { Invocation } from './invocation.ts'
import type { Job } from './outcome.ts'
import { reportDelivery, reportRetry } from './report-delivery.ts'
import { runJob, type Failed, type Verdict } from './run-job.ts'
import { toError } from './to-error.ts'

/**
 * Brings one message to its end, if that can be done now: true when it may be acknowledged, false when it must come again.
 * It is acknowledged only when every record in it is settled. Until then its finished records run again with the others,
 * which is harmless because jobs are safe to repeat.
 */
export async function settleMessage(message: SQSRecord, job: Job, invocation: Invocation): Promise<boolean> {
  const { deadline, logger, env } = invocation
  const attempts = Number(message.attributes.ApproximateReceiveCount)
  const parsed = parseMessage(message.body)
  if (parsed.kind === 'test-event') {
    logger.info('s3:TestEvent', { messageId: message.messageId })
    return true
  }

  const verdicts: Verdict[] = []
  for (const event of recordsInOrder(parsed)) {
    if (!deadline.hasTime()) return comeAgain(message, 0, invocation)
    verdicts.push(await runJob(event, job, attempts, invocation))
  }

  const failed = verdicts.filter((verdict): verdict is Failed => verdict.outcome.type === 'failed')
  if (attempts < env.MAX_ATTEMPTS && failed.some(({ outcome }) => outcome.isTransient)) {
    for (const verdict of failed) reportRetry(message, attempts, verdict, invocation)
    return comeAgain(message, backoffSeconds(attempts, invocation.random), invocation)
  }
  if (!(await giveUp(message, verdicts, failed, invocation))) return false
  for (const verdict of verdicts) reportDelivery(message, attempts, verdict, invocation)
  return true
}

function recordsInOrder({ events, failures }: ParsedMessage) {
  const records: Verdict['event'][] = [...events]
  for (const failure of failures) records.splice(failure.index, 0, failure)
  return records
}

async function comeAgain(message: SQSRecord, seconds: number, invocation: Invocation): Promise<false> {
  const { queue, deadline } = invocation
  await tryTo('change a visibility', message, invocation, () =>
    queue.changeVisibility(message.receiptHandle, seconds, deadline.closing),
  )
  return false
}

/** False when the dead letter could not be written. */
async function giveUp(message: SQSRecord, verdicts: Verdict[], [first, ...others]: Failed[], invocation: Invocation) {
  if (!first) return true
  const letter = createDeadLetter(message, verdicts, [first, ...others], invocation)
  const { queue, deadline } = invocation
  return tryTo('send a dead letter', message, invocation, () => queue.sendDeadLetter(letter, deadline.closing))
}

/** If this fails the message simply stays in its queue, and comes again when its visibility ends. */
async function tryTo(
  what: string,
  { messageId }: SQSRecord,
  { logger }: Invocation,
  action: () => Promise<void>,
): Promise<boolean> {
  try {
    await action()
    return true
  } catch (error) {
    logger.warn(`cannot ${what}`, { messageId, reason: toError(error).message })
    return false
  }
}
