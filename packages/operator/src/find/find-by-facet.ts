import { DynamoDBServiceException, QueryCommand, type AttributeValue } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import { FoundRow, INDEX_FACETS } from '@fanout/schemas'
import { decodeNext, encodeNext } from './next-token.ts'
import type { FindOptions, FindQuery, FindStage, FoundPage } from './find-objects.ts'

/** Photos of a day are fewer than those of a camera, and those are fewer than files of a type. */
const RAREST_FIRST = ['day', 'camera', 'type'] as const

/** By one index; what else is asked for is looked for in what the index holds. */
export async function findByFacet(
  { clients }: FindStage,
  table: string,
  query: FindQuery,
  { limit, after }: FindOptions,
): Promise<FoundPage> {
  const facet = RAREST_FIRST.find((name) => query[name] !== undefined) ?? 'type'
  const { index, attribute } = INDEX_FACETS[facet]
  const others = RAREST_FIRST.filter((name) => name !== facet && query[name] !== undefined)
  const names = { '#facet': attribute, '#key': 'objectKey', ...namesOf(others) }
  const values = {
    ':facet': query[facet] ?? '',
    ...valuesOf(others, query),
    ...(query.prefix ? { ':prefix': query.prefix } : {}),
  }
  const rows: FoundRow[] = []
  let start =
    after === undefined ? undefined : toItem({ [attribute]: query[facet] ?? '', objectKey: decodeNext(after) })
  do {
    const { Items = [], LastEvaluatedKey } = await send(table, index, () =>
      clients.dynamoDb.send(
        new QueryCommand({
          TableName: table,
          IndexName: index,
          KeyConditionExpression: query.prefix ? '#facet = :facet AND begins_with(#key, :prefix)' : '#facet = :facet',
          ...(others.length > 0 ? { FilterExpression: others.map((name) => `#${name} = :${name}`).join(' AND ') } : {}),
          ExpressionAttributeNames: query.prefix ? names : withoutKey(names),
          ExpressionAttributeValues: toItem(values),
          ExclusiveStartKey: start,
          // Limit counts what is filtered out, too
          ...(others.length > 0 ? {} : { Limit: limit - rows.length }),
        }),
      ),
    )
    rows.push(...Items.map((item) => FoundRow.parse(unmarshall(item))))
    start = LastEvaluatedKey
  } while (start && rows.length < limit)
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const hasMore = start !== undefined || shown.length < rows.length
  return { rows: shown, next: hasMore && last ? encodeNext(last.objectKey) : undefined }
}

type Facet = (typeof RAREST_FIRST)[number]

const namesOf = (facets: readonly Facet[]): Record<string, string> =>
  Object.fromEntries(facets.map((name) => [`#${name}`, INDEX_FACETS[name].attribute]))

const valuesOf = (facets: readonly Facet[], query: FindQuery): Record<string, string> =>
  Object.fromEntries(facets.map((name) => [`:${name}`, query[name] ?? '']))

// DynamoDB refuses a name that no expression uses
function withoutKey({ '#key': _key, ...names }: Record<string, string>): Record<string, string> {
  return names
}

async function send<T>(table: string, index: string, query: () => Promise<T>): Promise<T> {
  try {
    return await query()
  } catch (cause) {
    if (!(cause instanceof DynamoDBServiceException && /index/i.test(cause.message))) throw cause
    const remedy = 'deploy metadata-indexer again (a local table from before: stop, remove .fanout/data, start)'
    throw new Error(`table ${table} has no index ${index}: ${remedy}`, { cause })
  }
}

const toItem = (values: Record<string, string>): Record<string, AttributeValue> =>
  Object.fromEntries(Object.entries(values).map(([name, S]) => [name, { S }]))
