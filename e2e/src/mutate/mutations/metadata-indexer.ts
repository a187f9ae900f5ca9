import { mutationsOf } from '../mutation.ts'

export const metadataIndexer = mutationsOf('apps/metadata-indexer', [
  {
    breaks: 'a newer row is not replaced',
    file: 'src/dynamodb-index.ts',
    find: `ConditionExpression: 'attribute_not_exists(#order) OR #order <= :order',`,
    replace: `ConditionExpression: 'attribute_not_exists(#order) OR :order = :order OR #order <= :order',`,
  },
  {
    breaks: 'an event without an order replaces only the row that it saw',
    file: 'src/dynamodb-index.ts',
    find: `ConditionExpression: 'revision = :revision',`,
    replace: `ConditionExpression: 'revision = :revision OR attribute_exists(objectKey)',`,
  },
  {
    breaks: 'the object is looked at again after a write',
    file: 'src/index-object.ts',
    find: `return isDeepStrictEqual(now, object) ? outcomeOf(event, row) : 'conflict'`,
    replace: `return now === undefined || object ? outcomeOf(event, row) : outcomeOf(event, row)`,
  },
  {
    breaks: 'an annotation never brings a row back',
    file: 'src/index-object.ts',
    find: `if (!stored || stored.deleted) return skipped('not in the index')`,
    replace: `if (!stored || stored.deleted) return matchSeen(event, deps)`,
  },
  {
    breaks: 'a removal leaves a tombstone',
    file: 'src/index-object.ts',
    find: `if (!found) return { ...row, deleted: true,`,
    replace: `if (!found) return { ...row, deleted: false as never,`,
  },
  {
    breaks: 'a tombstone outlives every message',
    file: 'src/index-object.ts',
    find: `const TOMBSTONE_SECONDS = 45 * 24 * 3600`,
    replace: `const TOMBSTONE_SECONDS = 4 * 24 * 3600`,
  },
])
