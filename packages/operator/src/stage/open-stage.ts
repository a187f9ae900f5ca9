import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { SQSClient } from '@aws-sdk/client-sqs'
import { SSMClient } from '@aws-sdk/client-ssm'
import { findConnection, listConnections, type Connection } from './connection.ts'
import { discoverStage } from './discover-stage.ts'
import { UsageError } from '../exit-codes.ts'
import type { Clients, Stage, Target } from './stage.ts'
import { localEndpoint, refuseLoopback, refuseRemote } from './endpoints.ts'

/** Which stage a command is about: one on AWS by its name, or else the local cloud on a port. */
export interface StageChoice {
  /** `local` is the local cloud. */
  stage?: string
  port?: number
  profile?: string
  region?: string
}

/**
 * Opens the stage that a person chose; without a choice the local cloud that runs, or else the one that STAGE names.
 * @throws {UsageError} for a stage on AWS while the environment points to this machine, and for another account than its
 * own
 */
export async function openStage(root: string, choice: StageChoice): Promise<Stage> {
  const name = await chooseStage(root, choice)
  if (name !== undefined) return await openAwsStage(root, name, choice)
  for (const flag of ['profile', 'region'] as const) {
    if (choice[flag] !== undefined) throw new UsageError(`--${flag} is for a stage on AWS: name it by --stage`)
  }
  return await openLocalStage(await findConnection(root, choice.port))
}

/** The name of a stage on AWS, or undefined for the local cloud. */
async function chooseStage(root: string, { stage, port }: StageChoice): Promise<string | undefined> {
  if (stage === 'local') return undefined
  if (stage !== undefined) {
    if (port !== undefined) throw new UsageError(`--port is the local cloud's: leave out --port or --stage ${stage}`)
    return stage
  }
  if (port !== undefined || (await listConnections(root)).length > 0) return undefined
  return process.env['STAGE'] || undefined
}

/** Opens the stage that runs in the local cloud of this connection. */
export async function openLocalStage(connection: Connection): Promise<Stage> {
  refuseRemote(process.env)
  const { endpoint, region, accessKeyId, secretAccessKey, stage } = connection
  const target: Target = {
    isLocal: true,
    account: LOCAL_ACCOUNT,
    region,
    settingsFor: (service) => ({
      endpoint: localEndpoint(service, endpoint, process.env),
      region,
      credentials: { accessKeyId, secretAccessKey },
    }),
  }
  return await discoverStage(createClients(target), stage, target)
}

const LOCAL_ACCOUNT = '000000000000'

async function openAwsStage(root: string, name: string, choice: StageChoice): Promise<Stage> {
  refuseLoopback(name, process.env)
  const { findAwsTarget } = await import('./aws-target.ts')
  const target = await findAwsTarget(root, name, choice)
  return await discoverStage(createClients(target), name, target)
}

function createClients({ settingsFor, isLocal }: Pick<Target, 'settingsFor' | 'isLocal'>): Clients {
  return {
    // A bucket's name before 127.0.0.1 would be no host
    s3: new S3Client({ ...settingsFor('S3'), forcePathStyle: isLocal }),
    sqs: new SQSClient(settingsFor('SQS')),
    ssm: new SSMClient(settingsFor('SSM')),
    dynamoDb: new DynamoDBClient(settingsFor('DYNAMODB')),
  }
}
