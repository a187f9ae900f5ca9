import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { done, skipped, type ObjectEvent, type Outcome } from '@fanout/handler'
import type { Annotations, FileMetadata, IndexRow, LiveRow } from '@fanout/schemas'
import { cameraName, describeFile } from './describe-file.ts'
import type { IndexStore } from './index-store.ts'
import type { CurrentObject, ObjectStore } from './object-store.ts'
import { EXTRACTOR, type readMetadata } from './read-metadata.ts'
import { readObject, type ReadObject } from './read-object.ts'

export interface IndexDeps {
  objects: ObjectStore
  index: IndexStore
  readMetadata: typeof readMetadata
  /** Epoch milliseconds. */
  now: () => number
}

const MAX_ROUNDS = 5
// Longer than a message can live: 4 days in its queue, 14 as a dead letter, and the same again after a redrive
const TOMBSTONE_SECONDS = 45 * 24 * 3600

/**
 * Makes the row of one object describe the object as it is now. The event only says "look at this key", so upload, delete,
 * undelete, replay and repetition are one path.
 *
 * Safe to run twice, in any order and beside itself: every write is conditional (a row that knows of a newer event stays; an
 * event without an order replaces only the very row that it saw), and whoever has written looks at the object again: if it
 * is another one by now, the round starts over.
 */
export async function indexObject(event: ObjectEvent, deps: IndexDeps): Promise<Outcome> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const outcome = await matchOnce(event, deps)
    if (outcome !== 'conflict') return outcome
  }
  throw new Error(`cannot settle the row of ${event.key}: disturbed in each of ${MAX_ROUNDS} rounds`)
}

function matchOnce(event: ObjectEvent, deps: IndexDeps): Promise<Outcome | 'conflict'> {
  if (event.kind === 'annotation') return annotate(event, deps)
  return event.order === undefined ? matchSeen(event, deps) : matchInOrder(event, event.order, deps)
}

/** For an event that orders itself: the row need not be read before it is written, unless it knows of a newer event. */
async function matchInOrder(event: ObjectEvent, order: string, deps: IndexDeps): Promise<Outcome | 'conflict'> {
  const found = await readObject(event.key, deps)
  if (found === 'changed') return 'conflict'
  const row = { ...toRow(event.key, found, deps), order }
  // orders end with their bucket: in one that was made anew a row of the former would else be newer for ever
  if (!(await deps.index.putUnlessNewer(row))) return matchSeen(event, deps)
  return verify(event, row, found?.object, deps)
}

/** For an event that cannot tell whether it is late: it compares and sets. */
async function matchSeen(event: ObjectEvent, deps: IndexDeps): Promise<Outcome | 'conflict'> {
  const stored = await deps.index.getRow(event.key)
  const object = await deps.objects.head(event.key)
  if (stored && isCurrent(stored, object)) return outcomeOf(event, stored)

  const found = object && (await readObject(event.key, deps))
  if (found === 'changed') return 'conflict'
  const row = { ...toRow(event.key, found, deps), ...(stored?.order !== undefined && { order: stored.order }) }
  if (!(await deps.index.replaceRow(row, stored?.revision))) return 'conflict'
  return verify(event, row, found?.object, deps)
}

/** For a fact about a live object: it never creates a row and never brings one back. */
async function annotate(event: ObjectEvent, deps: IndexDeps): Promise<Outcome | 'conflict'> {
  const stored = await deps.index.getRow(event.key)
  if (!stored || stored.deleted) return skipped('not in the index')
  const object = await deps.objects.head(event.key)
  // the event that made it so is on its way
  if (!object || !isOf(stored, object)) return skipped('superseded')
  if (isCurrent(stored, object)) return outcomeOf(event, stored)

  const { storageClass: _storageClass, replicationStatus: _replicationStatus, ...kept } = stored
  const row: LiveRow = { ...kept, ...annotationsOf(object), ...stamp(deps) }
  if (!(await deps.index.replaceRow(row, stored.revision))) return 'conflict'
  return verify(event, row, object, deps)
}

// No condition spans a bucket and a table: only a second look tells that we did not write of an object of the past.
async function verify(event: ObjectEvent, row: IndexRow, object: CurrentObject | undefined, deps: IndexDeps) {
  const now = await deps.objects.head(event.key)
  return isDeepStrictEqual(now, object) ? outcomeOf(event, row) : 'conflict'
}

function toRow(objectKey: string, found: ReadObject | undefined, deps: IndexDeps): IndexRow {
  const row = { objectKey, ...stamp(deps) }
  if (!found) return { ...row, deleted: true, expiresAt: Math.floor(deps.now() / 1000) + TOMBSTONE_SECONDS }
  const { key: _key, ...object } = found.object
  return { ...row, deleted: false, ...object, ...found.content, ...facetsOf(found.content) }
}

/** By what a photo is found; absent, never empty: an empty string cannot be a key of an index. */
function facetsOf({ make, model, dateTimeOriginal }: FileMetadata): Pick<LiveRow, 'camera' | 'dayTaken'> {
  const camera = cameraName(make, model)
  return {
    ...(camera !== '' && { camera }),
    ...(dateTimeOriginal !== undefined && { dayTaken: dateTimeOriginal.slice(0, 'yyyy-mm-dd'.length) }),
  }
}

function stamp({ now }: IndexDeps) {
  return { revision: randomUUID(), indexedAt: new Date(now()).toISOString() }
}

function isCurrent(row: IndexRow, object: CurrentObject | undefined): boolean {
  if (row.deleted || !object) return row.deleted && !object
  const isAnnotated = isDeepStrictEqual(annotationsOf(row), annotationsOf(object))
  return isOf(row, object) && isAnnotated && row.extractor === EXTRACTOR
}

/** Whether the row is about this very upload. */
function isOf(row: LiveRow, object: CurrentObject): boolean {
  return row.eTag === object.eTag && row.versionId === object.versionId && row.lastModified === object.lastModified
}

function annotationsOf({ storageClass, replicationStatus }: Annotations): Annotations {
  return {
    ...(storageClass !== undefined && { storageClass }),
    ...(replicationStatus !== undefined && { replicationStatus }),
  }
}

function outcomeOf({ type }: ObjectEvent, row: IndexRow): Outcome {
  if (!row.deleted) return done(describeFile(row))
  return type === 'removed' || type === 'expired' ? done('removed') : skipped('gone')
}
