import type { SQSRecord } from 'aws-lambda'
import { parseMessage } from '@fanout/event-parsing'
import { toError } from './classify-error.ts'
import { describeDelivery } from './describe-delivery.ts'
import type { Invocation } from './invocation.ts'
import type { Job } from './outcome.ts'
import { reportDelivery } from './report-delivery.ts'
import { runJob, unreadable, type Failed, type Verdict } from './run-job.ts'

/**
 * Brings one message to its end, if that can be done now: true when it may be acknowledged, false when it must come again.
 * Never throws. A message is acknowledged only when every record in it is settled; records that are settled already run
 * again with the others, which is harmless because jobs are safe to repeat.
 */
export async function settleMessage(message: SQSRecord, job: Job, invocation: Invocation): Promise<boolean> {
  const { deadline, queue, logger, env } = invocation
  const attempts = Number(message.attributes.ApproximateReceiveCount)
  if (deadline.isNear()) {
    await tryTo('give back a message that was not started', message, invocation, () => queue.giveBack(message))
    return false
  }
  const { kind, events, failures } = parseMessage(message.body)
  if (kind === 'test-event') {
    logger.info('s3:TestEvent', { messageId: message.messageId })
    return true
  }

  const verdicts: Verdict[] = failures.map(unreadable)
  for (const event of events) verdicts.push(await runJob(event, job, attempts, invocation))
  const failed = verdicts.filter((verdict): verdict is Failed => verdict.outcome.type === 'failed')
  const isRetried = attempts < env.MAX_ATTEMPTS && failed.some(({ outcome }) => outcome.isTransient)
  if (isRetried) {
    for (const verdict of failed) logger.warn('retry', describeDelivery(message, attempts, verdict))
    await tryTo('delay a retry', message, invocation, () => queue.retryLater(message, attempts))
    return false
  }
  if (failed[0] && !(await giveUp(message, failed[0], attempts, invocation))) return false
  for (const verdict of verdicts) reportDelivery(message, attempts, verdict, invocation)
  return true
}

/** False when the dead letter could not be written: the message then simply stays in its queue. */
function giveUp(message: SQSRecord, { outcome }: Failed, attempts: number, invocation: Invocation): Promise<boolean> {
  const { queue, env, requestId, now } = invocation
  const failedAt = new Date(now()).toISOString()
  const cause = { subscriber: env.SUBSCRIBER, error: outcome.error, attempts, requestId, failedAt }
  return tryTo('write a dead letter', message, invocation, () => queue.sendDeadLetter(message, cause))
}

/** The message comes again by its own visibility if this fails, so that nothing is lost. */
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
