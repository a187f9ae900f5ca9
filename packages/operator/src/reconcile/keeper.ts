import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda'
import type { Outputs } from '@fanout/handler/commands'
import type { SubscriberRegistration } from '@fanout/schemas'
import type { Stage } from '../stage/stage.ts'
import { unlessNotImplemented } from '../stage/status-of.ts'
import { findOutputs } from './find-outputs.ts'

/** A subscriber of a stage that keeps something of each object. */
export interface Keeper {
  subscriber: SubscriberRegistration
  outputs: Outputs
  /** The physical name of its bucket or table. */
  place: string
  /** Its function's variables. */
  environment: Readonly<Record<string, string>>
}

/** Those subscribers of the stage of which this workspace knows what they keep. */
export async function findKeepers(stage: Stage, root: string): Promise<Keeper[]> {
  const known = await findOutputs(root)
  const lambda = new LambdaClient(stage.settingsFor('LAMBDA'))
  try {
    const keepers = stage.subscribers.map(async (subscriber): Promise<Keeper | undefined> => {
      const outputs = known.get(subscriber.name)
      const place = outputs && subscriber.resources[outputs.resource]
      if (!outputs || place === undefined) return undefined
      return { subscriber, outputs, place, environment: await readEnvironment(lambda, subscriber.functionName) }
    })
    return (await Promise.all(keepers)).filter((keeper) => keeper !== undefined)
  } finally {
    lambda.destroy()
  }
}

/** Of an emulator without functions none: the settings are then those without variables. */
async function readEnvironment(lambda: LambdaClient, functionName: string): Promise<Record<string, string>> {
  const command = new GetFunctionConfigurationCommand({ FunctionName: functionName })
  const configuration = await unlessNotImplemented(lambda.send(command))
  return configuration?.Environment?.Variables ?? {}
}
