import { done, skipped, type JobContext, type ObjectEvent, type Outcome } from '@fanout/handler'
import { ARCHIVED, readImage } from './read-image.ts'
import type { RenderResult } from './render-thumbnails.ts'
import { renditionKey, renditionKeys, renditionPrefix } from './rendition-keys.ts'
import { specId, type RenditionSpec } from './rendition-spec.ts'
import { replaceRenditions } from './replace-renditions.ts'
import type { NewRendition, OpenedSource, SourceObject, StoredRendition, ThumbnailStore } from './thumbnail-store.ts'

export interface ThumbnailDeps {
  store: ThumbnailStore
  render: (image: Buffer, fileName: string, spec: RenditionSpec) => Promise<RenderResult>
  spec: RenditionSpec
}

const MAX_ROUNDS = 5

/**
 * Makes the renditions of one object match the object as it is now. The event only says "look at this key", so upload,
 * delete, undelete, replay and repetition are one path.
 *
 * Safe to run twice, in any order and beside itself: every write is conditional, and whoever has changed anything looks
 * at the object again afterwards; if that is another one by now, the round starts over.
 */
export async function createThumbnails(
  event: ObjectEvent,
  deps: ThumbnailDeps,
  { attempt }: Pick<JobContext, 'attempt'>,
): Promise<Outcome> {
  if (event.kind === 'annotation') return skipped('not a change of the object')

  // After a crash, after a conflict and on a replay there may be more under the prefix than a glance shows.
  let isThorough = attempt > 1 || event.kind === 'observed'
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const outcome = await matchOnce(event, deps, isThorough)
    if (outcome !== 'conflict') return outcome
    isThorough = true
  }
  throw new Error(`cannot settle the thumbnails of ${event.key}: disturbed in each of ${MAX_ROUNDS} rounds`)
}

async function matchOnce(event: ObjectEvent, deps: ThumbnailDeps, isThorough: boolean): Promise<Outcome | 'conflict'> {
  const { store, spec } = deps
  const keys = renditionKeys(event.key, spec)
  const [firstKey, ...otherKeys] = keys
  const list = () => store.listRenditions(renditionPrefix(event.key))
  // The first rendition is written first and removed last: without it there is none. (A LIST costs as much as 12 HEADs.)
  const isNew = !(await store.headRendition(firstKey)) && !isThorough
  const found = isNew ? [] : await list()
  // A repeated event, like most of a replay, finds all as it should be: no download is begun for it.
  const seen = isNew ? undefined : await store.headSource(event.key)
  if (seen && isCurrent(found, keys, seen, spec)) return done(spec.sizes.join(' '))

  await using source = await store.openSource(event.key)
  const stored = isNew && !source ? await list() : found
  const wanted = source ? await renderSource(source, stored, event, deps) : gone(stored)
  // A removal beside an upload may have taken the first before there were others. Who writes would be refused by those.
  if (isNew && source && wanted.renditions.length === 0 && (await hasAny(otherKeys, store))) return 'conflict'
  const changes = await replaceRenditions(wanted.replaces, wanted.renditions, firstKey, store)
  if (changes === 'conflict') return 'conflict'
  // S3 has no condition across two objects: only a second look tells that we did not write for an object of the past.
  if (changes > 0 && !isSame(source, await store.headSource(event.key))) return 'conflict'
  return wanted.outcome
}

async function hasAny(keys: string[], store: ThumbnailStore): Promise<boolean> {
  const found = await Promise.all(keys.map((key) => store.headRendition(key)))
  return found.some((rendition) => rendition !== undefined)
}

/** The renditions that should exist, in place of which, and what to say when they do. */
interface Wanted {
  renditions: NewRendition[]
  replaces: StoredRendition[]
  outcome: Outcome
}

async function renderSource(
  source: OpenedSource,
  stored: StoredRendition[],
  event: ObjectEvent,
  { render, spec }: ThumbnailDeps,
): Promise<Wanted> {
  const read = await readImage(source)
  // Until it is restored what was made of it, with former settings, is all that can be had
  if (read === ARCHIVED) {
    return {
      renditions: [],
      replaces: stored.filter(({ origin }) => origin?.sourceETag !== source.eTag),
      outcome: read,
    }
  }
  const result = read.type === 'read' ? await render(read.image, source.key, spec) : read
  if (result.type !== 'rendered') return { renditions: [], replaces: stored, outcome: result }

  const origin = {
    sourceETag: source.eTag,
    ...(source.versionId && { sourceVersion: source.versionId }),
    ...(event.order && { order: event.order }),
    spec: specId(spec),
  }
  const renditions = result.renditions.map((rendition) => {
    return { ...rendition, key: renditionKey(source.key, rendition.size, spec), origin }
  })
  return { renditions, replaces: stored, outcome: done(spec.sizes.join(' ')) }
}

function gone(stored: StoredRendition[]): Wanted {
  return {
    renditions: [],
    replaces: stored,
    outcome: stored.length > 0 ? done(`removed ${stored.length}`) : skipped('gone'),
  }
}

function isCurrent(stored: StoredRendition[], keys: string[], source: SourceObject, spec: RenditionSpec): boolean {
  const id = specId(spec)
  const isUpToDate = ({ origin }: StoredRendition) => origin?.sourceETag === source.eTag && origin.spec === id
  return stored.length === keys.length && stored.every((found) => keys.includes(found.key) && isUpToDate(found))
}

function isSame(before: SourceObject | undefined, after: SourceObject | undefined): boolean {
  return before?.eTag === after?.eTag && before?.versionId === after?.versionId
}
