import { paginateQuery } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import { AuditEntry } from '@fanout/schemas'
import type { Stage } from '../stage/stage.ts'

/** What S3 said of a key, in order of time; empty in a stage where nobody has registered an AUDIT_TABLE. */
export async function readAuditTrail(
  { clients, subscribers }: Pick<Stage, 'subscribers'> & { clients: Pick<Stage['clients'], 'dynamoDb'> },
  key: string,
): Promise<AuditEntry[]> {
  const table = subscribers.map(({ resources }) => resources['AUDIT_TABLE']).find((found) => found !== undefined)
  if (table === undefined) return []
  const entries: AuditEntry[] = []
  const pages = paginateQuery(
    { client: clients.dynamoDb },
    {
      TableName: table,
      KeyConditionExpression: 'objectKey = :key',
      ExpressionAttributeValues: { ':key': { S: key } },
      ConsistentRead: true,
    },
  )
  for await (const { Items = [] } of pages) for (const item of Items) entries.push(AuditEntry.parse(unmarshall(item)))
  // Their sort key tells the time to the second only
  return entries.toSorted((a, b) => compare(a.eventTime, b.eventTime) || compare(a.sequencer, b.sequencer))
}

const compare = (a = '', b = ''): number => (a < b ? -1 : a > b ? 1 : 0)
