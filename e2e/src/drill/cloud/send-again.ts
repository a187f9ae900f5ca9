import { QueryCommand } from '@aws-sdk/client-dynamodb'
import { SendMessageCommand } from '@aws-sdk/client-sqs'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import { buildNotification } from '@fanout/event-parsing/testing'
import type { Stage } from '@fanout/operator'
import { AuditEntry } from '@fanout/schemas'
import type { Operation } from '../operation.ts'
import type { Random } from '../random.ts'

/** Sends a message to all subscribers' queues, to be seen after at most so many seconds, of which SQS allows 900. */
export async function sendToAll(body: string, stage: Stage, mostSeconds: number, random: Random): Promise<void> {
  for (const { queueUrl } of stage.subscribers) {
    const DelaySeconds = random.below(mostSeconds)
    await stage.clients.sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body, DelaySeconds }))
  }
}

/** Sends the event of an operation once more, as the trail knows it; false when it is not in the trail yet. */
export async function sendAgain(
  { key, requestId }: Operation,
  stage: Stage,
  mostSeconds: number,
  random: Random,
): Promise<boolean> {
  const entry = (await readTrail(key, stage)).find((found) => found.requestId === requestId)
  if (!entry) return false
  const { eventName, eventTime, versionId = null, size = null, eTag = null, sequencer = null } = entry
  const again = { key, requestId, eventName, eventTime, versionId, size, eTag, sequencer }
  await sendToAll(buildNotification({ ...again, bucket: stage.uploadsBucket }), stage, mostSeconds, random)
  return true
}

async function readTrail(key: string, { clients, subscribers }: Stage): Promise<AuditEntry[]> {
  const { Items = [] } = await clients.dynamoDb.send(
    new QueryCommand({
      TableName: subscribers.flatMap(({ resources }) => resources['AUDIT_TABLE'] ?? [])[0],
      KeyConditionExpression: 'objectKey = :key',
      ExpressionAttributeValues: { ':key': { S: key } },
      ConsistentRead: true,
    }),
  )
  return Items.map((item) => AuditEntry.parse(unmarshall(item)))
}
