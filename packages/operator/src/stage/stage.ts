import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { S3Client } from '@aws-sdk/client-s3'
import type { SQSClient } from '@aws-sdk/client-sqs'
import type { SSMClient } from '@aws-sdk/client-ssm'
import type { SubscriberRegistration } from '@fanout/schemas'

/** The AWS clients of one stage, local or not: everything here goes by AWS's own APIs. */
export interface Clients {
  s3: S3Client
  sqs: SQSClient
  ssm: SSMClient
  dynamoDb: DynamoDBClient
}

/** How a client reaches a stage's account. */
export interface ClientSettings {
  endpoint?: string
  region?: string
  profile?: string
  credentials?: { accessKeyId: string; secretAccessKey: string }
}

/** Where a stage is. */
export interface Target {
  isLocal: boolean
  account: string
  region: string
  /** For the clients that only few commands need. `service` as in AWS_ENDPOINT_URL_<service>. */
  settingsFor: (service: string) => ClientSettings
}

/** A stage as it registered itself: its hub, and its subscribers by name. */
export interface Stage extends Target {
  name: string
  clients: Clients
  uploadsBucket: string
  topicArn: string
  /** Absent in stages that keep no delivery records. */
  deliveriesTable: string | undefined
  subscribers: SubscriberRegistration[]
}

/** As much of a stage as looking at its queues needs. */
export interface StageQueues {
  clients: Pick<Clients, 'sqs'>
  subscribers: SubscriberRegistration[]
}

/** As much of a stage as reading its delivery records needs. */
export type StageDeliveries = Pick<Stage, 'name' | 'deliveriesTable'> & { clients: Pick<Clients, 'dynamoDb'> }

/** Closes the connections, so that the process can end. */
export function closeStage({ clients }: Stage): void {
  for (const client of Object.values(clients)) client.destroy()
}
