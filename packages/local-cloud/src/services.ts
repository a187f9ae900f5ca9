import type { Service, ServiceName, Site } from './api.ts'
import { createDynamoDb, type DynamoDb } from './dynamodb/dynamodb.ts'
import { createS3, type S3 } from './s3/s3.ts'
import { createSns, type Sns } from './sns/sns.ts'
import { createSqs, type Sqs } from './sqs/sqs.ts'
import { createSsm, type Ssm } from './ssm.ts'
import { createSts } from './sts.ts'

export interface LocalServices extends Record<ServiceName, { service: Service; operations: string[] }> {
  s3: S3
  sqs: Sqs
  sns: Sns
  ssm: Ssm
  dynamodb: DynamoDb
}

/** The services that clients reach, connected as in AWS: buckets publish to topics, topics send to queues. */
export function createServices(site: Site): LocalServices {
  const sqs = createSqs(site)
  const sns = createSns(site, async (queueArn, message) => void sqs.queue(queueArn).send(message))
  const s3 = createS3(site, async (topicArn, message, principal) => {
    await sns.publish(topicArn, { message, subject: 'Amazon S3 Notification' }, principal)
  })
  return { s3, sqs, sns, ssm: createSsm(site), sts: createSts(site), dynamodb: createDynamoDb(site) }
}
