import { paginateScan, type DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { GetObjectCommand, HeadObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import type { Stage } from '@fanout/operator'
import { AuditEntry, DeliveryRecord, IndexRow } from '@fanout/schemas'
import type { StoredRendition } from '../renditions.ts'

/** All that the subscribers of a stage keep, and what became of their deliveries. */
export async function readWhatIsKept(stage: Stage) {
  const { s3, dynamoDb } = stage.clients
  const nameOf = (variable: string) => stage.subscribers.flatMap(({ resources }) => resources[variable] ?? [])[0] ?? ''
  const rows = (await scan(dynamoDb, nameOf('INDEX_TABLE'))).map((item) => IndexRow.parse(item))
  const entries = (await scan(dynamoDb, nameOf('AUDIT_TABLE'))).map((item) => AuditEntry.parse(item))
  const deliveries = (await scan(dynamoDb, stage.deliveriesTable ?? '')).map((item) => DeliveryRecord.parse(item))
  return {
    rows: new Map(rows.map((row) => [row.objectKey, row])),
    entries,
    deliveries,
    thumbnails: await readRenditions(s3, nameOf('THUMBNAILS_BUCKET')),
  }
}

async function scan(client: DynamoDBClient, table: string): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = []
  for await (const { Items = [] } of paginateScan({ client }, { TableName: table, ConsistentRead: true })) {
    for (const item of Items) items.push(unmarshall(item))
  }
  return items
}

async function readRenditions(client: S3Client, bucket: string): Promise<Map<string, StoredRendition>> {
  const found = new Map<string, StoredRendition>()
  const bodies = new Map<string, Buffer>()
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: bucket })) {
    for (const { Key = '', ETag = '' } of Contents) {
      const { Metadata = {} } = await client.send(new HeadObjectCommand({ Bucket: bucket, Key }))
      const data = bodies.get(ETag) ?? (await readBody(client, bucket, Key))
      bodies.set(ETag, data)
      found.set(Key, { data, origin: { sourceETag: Metadata['source-etag'] ?? '' } })
    }
  }
  return found
}

async function readBody(client: S3Client, bucket: string, key: string): Promise<Buffer> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
  return Buffer.from((await Body?.transformToByteArray()) ?? [])
}
