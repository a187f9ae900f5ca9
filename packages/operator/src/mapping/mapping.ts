import {
  LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
  type EventSourceMappingConfiguration,
} from '@aws-sdk/client-lambda'
import type { SubscriberRegistration } from '@fanout/schemas'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Target } from '../stage/stage.ts'
import { unlessNotImplemented } from '../stage/status-of.ts'

/** Whether a subscriber's function gets messages. `unknown`: an emulator without event source mappings. */
export type MappingState = 'running' | 'paused' | 'changing' | 'absent' | 'unknown'

type Reach = Pick<Target, 'settingsFor'>

/** How a function is fed. */
export async function readMappingState(target: Reach, subscriber: SubscriberRegistration): Promise<MappingState> {
  return await withLambda(target, async (lambda) => {
    const listed = await unlessNotImplemented(listMappings(lambda, subscriber))
    return listed === undefined ? 'unknown' : stateOf(listed[0])
  })
}

/**
 * Pauses or resumes a subscriber and waits until it is done.
 * @throws {Error} for a function without a mapping
 */
export async function setRunning(
  target: Reach,
  subscriber: SubscriberRegistration,
  isRunning: boolean,
  patienceMs = 60_000,
): Promise<MappingState> {
  return await withLambda(target, async (lambda) => {
    const [mapping] = await listMappings(lambda, subscriber)
    if (!mapping?.UUID) throw new Error(`${subscriber.name} has no event source mapping: deploy it again`)
    await lambda.send(new UpdateEventSourceMappingCommand({ UUID: mapping.UUID, Enabled: isRunning }))
    const end = Date.now() + patienceMs
    for (;;) {
      const state = stateOf((await listMappings(lambda, subscriber))[0])
      if (state !== 'changing' || Date.now() > end) return state
      await sleep(500)
    }
  })
}

async function withLambda<T>({ settingsFor }: Reach, work: (lambda: LambdaClient) => Promise<T>): Promise<T> {
  const lambda = new LambdaClient(settingsFor('LAMBDA'))
  try {
    return await work(lambda)
  } finally {
    lambda.destroy()
  }
}

async function listMappings(
  lambda: LambdaClient,
  { functionName, queueUrl }: SubscriberRegistration,
): Promise<EventSourceMappingConfiguration[]> {
  const { EventSourceMappings = [] } = await lambda.send(
    new ListEventSourceMappingsCommand({ FunctionName: functionName }),
  )
  const queue = queueUrl.slice(queueUrl.lastIndexOf('/') + 1)
  return EventSourceMappings.filter(({ EventSourceArn = '' }) => EventSourceArn.endsWith(`:${queue}`))
}

function stateOf(mapping: EventSourceMappingConfiguration | undefined): MappingState {
  switch (mapping?.State) {
    case undefined:
      return 'absent'
    case 'Enabled':
      return 'running'
    case 'Disabled':
      return 'paused'
    default:
      return 'changing'
  }
}
