import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs'
import type { SubscriberRegistration } from '@fanout/schemas'
import { readMappingState } from '../mapping/mapping.ts'
import { readQueueDepths } from '../stage/queue-depths.ts'
import type { Stage } from '../stage/stage.ts'
import { ok, problem, unknown, warning, type Finding } from './finding.ts'

/** Whether each queue feeds its function, where it sends what it gives up, and what lies there. */
export async function checkQueues(stage: Stage): Promise<Finding[]> {
  const depths = await readQueueDepths(stage)
  const findings = stage.subscribers.map(async (subscriber, index) => [
    await checkRedrivePolicy(stage, subscriber),
    await checkFeed(stage, subscriber),
    checkDeadLetters(subscriber.name, depths[index]?.deadLetters ?? 0),
  ])
  return (await Promise.all(findings)).flat()
}

async function checkRedrivePolicy(
  { clients }: Stage,
  { name, queueUrl, deadLetterQueueUrl }: SubscriberRegistration,
): Promise<Finding> {
  const { Attributes = {} } = await clients.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['RedrivePolicy'] }),
  )
  const { deadLetterTargetArn = '' }: { deadLetterTargetArn?: string } = JSON.parse(Attributes.RedrivePolicy ?? '{}')
  const check = `queue of ${name}`
  const isRight = deadLetterTargetArn.endsWith(`:${deadLetterQueueUrl.slice(deadLetterQueueUrl.lastIndexOf('/') + 1)}`)
  if (isRight) return ok(check, 'gives up into its dead-letter queue')
  return problem(check, 'has no dead-letter queue: poison is tried until it expires', `deploy ${name} again`)
}

async function checkFeed(stage: Stage, subscriber: SubscriberRegistration): Promise<Finding> {
  const check = `feed of ${subscriber.name}`
  const state = await readMappingState(stage, subscriber)
  switch (state) {
    case 'running':
    case 'changing':
      return ok(check, state)
    case 'paused':
      return warning(check, 'paused: its messages wait, and expire', `pnpm fanout resume ${subscriber.name}`)
    case 'absent':
      return problem(check, 'nothing feeds its function', `deploy ${subscriber.name} again`)
    case 'unknown':
      return unknown(check, 'this stage does not tell')
  }
}

function checkDeadLetters(name: string, count: number): Finding {
  const check = `dead letters of ${name}`
  return count === 0 ? ok(check, 'none') : warning(check, String(count), `pnpm fanout dlq list ${name}`)
}
