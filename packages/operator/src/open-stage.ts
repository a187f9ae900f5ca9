import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { SQSClient } from '@aws-sdk/client-sqs'
import { SSMClient } from '@aws-sdk/client-ssm'
import { findConnection, type Connection } from './connection.ts'
import { discoverStage } from './discover-stage.ts'
import { UsageError } from './exit-codes.ts'
import type { Clients, Stage } from './stage.ts'

/** Which stage a command is about: one on AWS by its name, or else the local cloud on a port. */
export interface StageChoice {
  stage?: string
  port?: number
}

/**
 * Opens the stage that a person chose.
 * @throws {UsageError} for a stage on AWS while the environment points to this machine
 */
export async function openStage(root: string, choice: StageChoice): Promise<Stage> {
  if (choice.stage === undefined) return await openLocalStage(await findConnection(root, choice.port))
  refuseLoopback(choice.stage, process.env)
  return await discoverStage(createClients({}), choice.stage)
}

/** Opens the stage that runs in the local cloud of this connection. */
export async function openLocalStage(connection: Connection): Promise<Stage> {
  const { endpoint, region, accessKeyId, secretAccessKey } = connection
  const clients = createClients({ endpoint, region, credentials: { accessKeyId, secretAccessKey } })
  return await discoverStage(clients, connection.stage)
}

// A forgotten `eval "$(fanout env)"` must not pass the local cloud's answer off as AWS's
export function refuseLoopback(stage: string, environment: NodeJS.ProcessEnv): void {
  for (const [name, url] of Object.entries(environment)) {
    if (!name.startsWith('AWS_ENDPOINT_URL') || !url || !URL.canParse(url)) continue
    const { hostname } = new URL(url)
    if (hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')) {
      throw new UsageError(`stage ${stage} is on AWS, but ${name} is ${url}: unset it, or leave out --stage`)
    }
  }
}

interface ClientSettings {
  endpoint?: string
  region?: string
  credentials?: { accessKeyId: string; secretAccessKey: string }
}

function createClients(settings: ClientSettings): Clients {
  return {
    // A bucket's name before 127.0.0.1 would be no host
    s3: new S3Client({ ...settings, forcePathStyle: settings.endpoint !== undefined }),
    sqs: new SQSClient(settings),
    ssm: new SSMClient(settings),
    dynamoDb: new DynamoDBClient(settings),
  }
}
