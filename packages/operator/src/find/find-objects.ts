import type { Stage } from '../stage/stage.ts'
import type { FoundRow } from '@fanout/schemas'
import { UsageError } from '../exit-codes.ts'
import { findByFacet } from './find-by-facet.ts'
import { findByPrefix } from './find-by-prefix.ts'

/** What the objects have in common; all of it. */
export interface FindQuery {
  prefix?: string
  /** A media type, e.g. `image/jpeg`. */
  type?: string
  /** The camera's day, e.g. `2008-05-30`. */
  day?: string
  /** Maker and model, e.g. `Nikon D90`. */
  camera?: string
}

export interface FindOptions {
  limit: number
  /** Where the page before ended, as it said in `next`. */
  after?: string
}

/** One page of what was found, in the order of the keys. */
export interface FoundPage {
  rows: FoundRow[]
  /** Undefined on the last page. */
  next: string | undefined
}

export type FindStage = Pick<Stage, 'uploadsBucket'> & { clients: Pick<Stage['clients'], 's3' | 'dynamoDb'> }

/**
 * Finds objects in the index, page by page, and never by reading all of it: by the index of the rarest of the facets that are
 * given, or, without one, by the bucket's own listing.
 */
export async function findObjects(
  stage: FindStage,
  table: string,
  query: FindQuery,
  options: FindOptions,
): Promise<FoundPage> {
  const { day, camera, type } = query
  const hasFacet = day !== undefined || camera !== undefined || type !== undefined
  return hasFacet ? await findByFacet(stage, table, query, options) : await findByPrefix(stage, table, query, options)
}

/** @throws {UsageError} in a stage without the indexer */
export function indexTableOf({ name, subscribers }: Pick<Stage, 'name' | 'subscribers'>): string {
  const table = subscribers.map(({ resources }) => resources['INDEX_TABLE']).find((found) => found !== undefined)
  if (table !== undefined) return table
  throw new UsageError(
    `stage ${name} has no index: no subscriber has registered an INDEX_TABLE; deploy metadata-indexer`,
  )
}
