import { QueryCommand, ScanCommand, type AttributeValue } from '@aws-sdk/client-dynamodb'
import { HeadObjectCommand, S3ServiceException } from '@aws-sdk/client-s3'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import type { ListedObject, Output } from '@fanout/handler/commands'
import pMap from 'p-map'
import { isArchived } from '../stage/is-archived.ts'
import { listObjects } from '../stage/list-objects.ts'
import type { Stage } from '../stage/stage.ts'
import type { Keeper } from './keeper.ts'

export type ReadClients = Pick<Stage['clients'], 's3' | 'dynamoDb'>

/** All that a subscriber keeps of objects under a prefix, in any order, page by page. */
export async function* listOutputs(clients: ReadClients, keeper: Keeper, prefix: string): AsyncGenerator<Output[]> {
  const { outputs, place } = keeper
  if (outputs.kind === 'table') return yield* scanTable(clients, keeper, prefix)
  for await (const page of listObjects(clients.s3, place, { prefix: outputs.listUnder?.(prefix) })) {
    yield page.map(({ key, lastModified }) => ({ key, lastModified }))
  }
}

const SEGMENTS = 4

/** A whole scan reads sixteen small items for the price of reading one by its key. */
async function* scanTable(
  { dynamoDb }: ReadClients,
  { outputs, place }: Keeper,
  prefix: string,
): AsyncGenerator<Output[]> {
  const { names, expression, partitionKey } = projectionOf(outputs.attributes)
  const starts: (Record<string, AttributeValue> | undefined)[] = Array.from({ length: SEGMENTS })
  let open = starts.map((_, segment) => segment)
  while (open.length > 0) {
    const pages = await Promise.all(
      open.map(async (segment) => {
        const { Items = [], LastEvaluatedKey } = await dynamoDb.send(
          new ScanCommand({
            TableName: place,
            Segment: segment,
            TotalSegments: SEGMENTS,
            ExclusiveStartKey: starts[segment],
            ProjectionExpression: expression,
            ExpressionAttributeNames: names,
            ...(prefix === ''
              ? {}
              : {
                  FilterExpression: 'begins_with(#a0, :prefix)',
                  ExpressionAttributeValues: { ':prefix': { S: prefix } },
                }),
          }),
        )
        starts[segment] = LastEvaluatedKey
        return Items
      }),
    )
    for (const items of pages) yield items.map((item) => toOutput(item, partitionKey))
    open = open.filter((segment) => starts[segment])
  }
}

/** What a subscriber keeps of one object, with all that is known of it. */
export async function readOutputs(clients: ReadClients, keeper: Keeper, objectKey: string): Promise<Output[]> {
  const { outputs, place } = keeper
  const name = outputs.nameOf(objectKey)
  if (outputs.kind === 'table') {
    const { names, partitionKey } = projectionOf(outputs.attributes)
    const { Items = [] } = await clients.dynamoDb.send(
      new QueryCommand({
        TableName: place,
        KeyConditionExpression: '#a0 = :name',
        ExpressionAttributeNames: { '#a0': names['#a0']! },
        ExpressionAttributeValues: { ':name': { S: name } },
        ConsistentRead: true,
      }),
    )
    return Items.map((item) => toOutput(item, partitionKey))
  }
  const found: Output[] = []
  for await (const page of listObjects(clients.s3, place, { prefix: name })) {
    found.push(...page.map(({ key, lastModified }) => ({ key, lastModified })))
  }
  return await lookAt(clients, place, found)
}

/** Adds the metadata of objects. */
export async function lookAt({ s3 }: ReadClients, bucket: string, found: readonly Output[]): Promise<Output[]> {
  const looked = await pMap(
    found,
    async (output): Promise<Output | undefined> => {
      const head = await ifThere(() => s3.send(new HeadObjectCommand({ Bucket: bucket, Key: output.key })))
      return head && { ...output, attributes: head.Metadata ?? {} }
    },
    { concurrency: 8 },
  )
  return looked.filter((output) => output !== undefined)
}

/** The uploaded object as it is now. */
export async function readObject({ s3 }: ReadClients, bucket: string, key: string): Promise<ListedObject | undefined> {
  const head = await ifThere(() => s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key })))
  if (!head) return undefined
  const { ETag = '', ContentLength = 0, LastModified = new Date(0) } = head
  const object = { key, eTag: ETag.replaceAll('"', ''), size: ContentLength, lastModified: LastModified }
  return isArchived(head) ? { ...object, isArchived: true } : object
}

/** Undefined for what is gone or hidden by a delete marker. */
async function ifThere<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof S3ServiceException && [404, 405].includes(error.$metadata.httpStatusCode ?? 0))
      return undefined
    throw error
  }
}

function projectionOf(attributes: readonly [string, ...string[]] = ['objectKey']) {
  const names = Object.fromEntries(attributes.map((name, index) => [`#a${index}`, name]))
  return { names, expression: Object.keys(names).join(', '), partitionKey: attributes[0] }
}

function toOutput(item: Record<string, AttributeValue>, partitionKey: string): Output {
  const attributes = unmarshall(item)
  return { key: String(attributes[partitionKey]), attributes }
}
