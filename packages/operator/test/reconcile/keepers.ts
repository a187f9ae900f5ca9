import type { Outputs } from '@fanout/handler/commands'
import type { Keeper } from '../../src/reconcile/keeper.ts'
import type { Stage } from '../../src/stage/stage.ts'

/** A copy of each object under `<key>@copy`, with the object's eTag in its metadata. */
const copies: Outputs = {
  kind: 'bucket',
  resource: 'COPIES',
  nameOf: (key) => `${encodeURIComponent(key)}@`,
  nameIn: (key) => (key.endsWith('@copy') ? key.slice(0, -'copy'.length) : undefined),
  objectKeyOf: (name) => decodeURIComponent(name.slice(0, -1)),
  compare(object, [copy]) {
    if (!object) return 'orphaned'
    if (!copy) return 'missing'
    if (!copy.attributes) return 'look'
    if (copy.attributes['etag'] === object.eTag) return 'current'
    return object.isArchived ? 'archived' : 'outdated'
  },
  describe: (outputs) => `${outputs.length} copies`,
}

/** A row with the object's eTag. */
const rows: Outputs = {
  kind: 'table',
  resource: 'ROWS',
  attributes: ['objectKey', 'eTag', 'deleted'],
  nameOf: (key) => key,
  nameIn: (key) => key,
  objectKeyOf: (name) => name,
  compare(object, [row]) {
    const eTag = row?.attributes?.['deleted'] === true ? undefined : row?.attributes?.['eTag']
    if (object) return eTag === undefined ? 'missing' : eTag === object.eTag ? 'current' : 'outdated'
    return eTag === undefined ? 'current' : 'orphaned'
  },
  describe: () => 'a row',
}

/** The stage's two subscribers: `first` keeps copies in the bucket `thumbnails`, `second` rows in the table `rows`. */
export function keepersOf({ subscribers }: Stage): [copies: Keeper, rows: Keeper] {
  const [first, second] = subscribers
  if (!first || !second) throw new Error('the stage has two subscribers')
  return [
    { subscriber: first, outputs: copies, place: 'thumbnails', environment: {} },
    { subscriber: second, outputs: rows, place: 'rows', environment: {} },
  ]
}
