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
    by: 'does not bring a removed object back',
  },
  {
    breaks: 'a removal leaves a tombstone',
    file: 'src/index-object.ts',
    find: `if (!found) return { ...row, deleted: true,`,
    replace: `if (!found) return { ...row, deleted: false as never,`,
    by: 'leaves a tombstone of a removed object',
  },
  {
    breaks: 'a tombstone outlives every message',
    file: 'src/index-object.ts',
    find: `const TOMBSTONE_SECONDS = 45 * 24 * 3600`,
    replace: `const TOMBSTONE_SECONDS = 4 * 24 * 3600`,
  },
  {
    breaks: 'an event only says where to look',
    file: 'src/index-object.ts',
    find: `const found = await readObject(event.key, deps)\n`,
    replace: `const found = event.type === 'removed' ? undefined : await readObject(event.key, deps)\n`,
  },
  {
    breaks: 'an annotation leaves the row of another upload alone',
    file: 'src/index-object.ts',
    find: `if (!object || !isOf(stored, object)) return`,
    replace: `if (!object) return`,
  },
  {
    breaks: 'an annotation touches its own attributes only',
    file: 'src/index-object.ts',
    find: `const row: LiveRow = { ...kept, ...annotationsOf(object), ...stamp(deps) }`,
    replace: `const row: LiveRow = { ...kept, ...object, ...stamp(deps) }`,
  },
  {
    breaks: 'a row that somebody else has written is looked at again',
    file: 'src/index-object.ts',
    find: `  if (!(await deps.index.replaceRow(row, stored?.revision))) return 'conflict'\n`,
    replace: `  await deps.index.replaceRow(row, stored?.revision)\n`,
  },
  {
    breaks: 'a row is read as it is, not as it was',
    file: 'src/dynamodb-index.ts',
    find: `, ConsistentRead: true }`,
    replace: ` }`,
  },
  {
    breaks: 'archived: what is known of the same bytes stays known',
    file: 'src/read-object.ts',
    find: `return isSame ? Content.parse(row) : {}`,
    replace: `return isSame && !row ? Content.parse(row) : {}`,
  },
  {
    breaks: 'archived: bytes of another object say nothing',
    file: 'src/read-object.ts',
    find: `row && !row.deleted && row.eTag === eTag && row.versionId === versionId`,
    replace: `row && !row.deleted`,
  },
  {
    breaks: 'a denial is never taken for gone',
    file: 'src/s3-objects.ts',
    find: `      if (hasStatus(error, 404, 405)) return undefined\n      throw error`,
    replace: `      if (hasStatus(error, 403, 404, 405)) return undefined\n      throw error`,
  },
  {
    breaks: 'a body that is cut short is tried again',
    file: 'src/s3-objects.ts',
    find: `  if (filled < into.length) throw`,
    replace: `  if (filled < 0) throw`,
  },
])
