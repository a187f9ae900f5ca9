import type { Output, Outputs } from '@fanout/handler/commands'
import { IndexRow } from '@fanout/schemas'
import { describeFile } from './src/describe-file.ts'
import { EXTRACTOR } from './src/read-metadata.ts'

/** One row per object, a tombstone for one that is gone. */
export default {
  kind: 'table',
  resource: 'INDEX_TABLE',
  attributes: ['objectKey', 'deleted', 'eTag', 'lastModified', 'extractor'],
  nameOf: (objectKey) => objectKey,
  nameIn: (rowKey) => rowKey,
  objectKeyOf: (rowKey) => rowKey,
  compare(object, [row]) {
    const isLive = row?.attributes?.['deleted'] === false
    if (!object) return isLive ? 'orphaned' : 'current'
    if (!isLive) return 'missing'
    const { eTag, lastModified, extractor } = row.attributes ?? {}
    // The same bytes may be uploaded twice
    const isSame = eTag === object.eTag && Date.parse(String(lastModified)) === object.lastModified.getTime()
    if (!isSame) return 'outdated'
    if (extractor === EXTRACTOR) return 'current'
    return object.isArchived ? 'archived' : 'outdated'
  },
  describe: ([output]) => describeRow(output),
} satisfies Outputs

function describeRow(output: Output | undefined): string {
  const { success, data: row } = IndexRow.safeParse(output?.attributes)
  if (!success) return 'no row'
  return row.deleted ? 'a tombstone' : describeFile(row)
}
