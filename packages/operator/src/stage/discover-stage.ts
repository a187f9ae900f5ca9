import { GetParametersCommand, paginateGetParametersByPath, type SSMClient } from '@aws-sdk/client-ssm'
import { registrationPaths, SubscriberRegistration } from '@fanout/schemas'
import type { Clients, Stage, Target } from './stage.ts'

/**
 * Reads from SSM Parameter Store who is there.
 * @throws {Error} for a stage whose hub is not deployed
 */
export async function discoverStage(clients: Clients, name: string, target: Target): Promise<Stage> {
  const paths = registrationPaths(name)
  const [hub, subscribers] = await Promise.all([
    readParameters(clients.ssm, [paths.uploadsBucket, paths.topicArn, paths.deliveriesTable]),
    readSubscribers(clients.ssm, paths.subscribers),
  ])
  const uploadsBucket = hub.get(paths.uploadsBucket)
  const topicArn = hub.get(paths.topicArn)
  if (uploadsBucket === undefined || topicArn === undefined) {
    const where = `account ${target.account} in ${target.region}`
    throw new Error(
      `no hub of stage ${name}: ${paths.uploadsBucket} is not in Parameter Store of ${where}; deploy it first`,
    )
  }
  const deliveriesTable = hub.get(paths.deliveriesTable)
  return { ...target, name, clients, uploadsBucket, topicArn, deliveriesTable, subscribers }
}

async function readParameters(ssm: SSMClient, names: string[]): Promise<Map<string, string>> {
  const { Parameters = [] } = await ssm.send(new GetParametersCommand({ Names: names }))
  return new Map(Parameters.map(({ Name = '', Value = '' }) => [Name, Value]))
}

async function readSubscribers(ssm: SSMClient, path: string): Promise<SubscriberRegistration[]> {
  const subscribers: SubscriberRegistration[] = []
  for await (const { Parameters = [] } of paginateGetParametersByPath({ client: ssm }, { Path: path })) {
    for (const { Name, Value = '' } of Parameters) subscribers.push(parseRegistration(Name ?? path, Value))
  }
  return subscribers.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

function parseRegistration(parameter: string, value: string): SubscriberRegistration {
  try {
    return SubscriberRegistration.parse(JSON.parse(value))
  } catch (cause) {
    throw new Error(`cannot read the registration ${parameter}: deploy that subscriber again`, { cause })
  }
}
