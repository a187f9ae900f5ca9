import { ApiError } from '../api.ts'
import type { StoredObject, Version } from './store.ts'

export interface ReadConditions {
  IfMatch?: string | undefined
  IfNoneMatch?: string | undefined
  IfModifiedSince?: Date | undefined
  IfUnmodifiedSince?: Date | undefined
}

export type WriteConditions = Pick<ReadConditions, 'IfMatch' | 'IfNoneMatch'>

/** Whether the client has this object already; throws PreconditionFailed. An ETag condition overrules its date's. */
export function isNotModified(conditions: ReadConditions, { eTag, modified }: StoredObject): boolean {
  const { IfMatch, IfNoneMatch, IfModifiedSince: since, IfUnmodifiedSince: before } = conditions
  if (IfMatch !== undefined && !matches(IfMatch, eTag)) throw preconditionFailed('If-Match')
  if (IfMatch === undefined && before && modified > before.getTime()) throw preconditionFailed('If-Unmodified-Since')
  if (IfNoneMatch !== undefined) return matches(IfNoneMatch, eTag)
  return since !== undefined && modified <= since.getTime()
}

/** `seen`: the sequencer of the version that was the newest when the request began. */
export function checkWrite(conditions: WriteConditions, newest: Version | undefined, seen: string | undefined): void {
  const { IfMatch, IfNoneMatch } = conditions
  if (IfMatch === undefined && IfNoneMatch === undefined) return
  const Condition = IfMatch === undefined ? 'If-None-Match' : 'If-Match'
  if (IfMatch === '*' || (IfNoneMatch ?? '*') !== '*') {
    const message = `A header you provided implies functionality that is not implemented`
    throw new ApiError(501, 'NotImplemented', message, { Header: Condition })
  }
  const current = newest?.type === 'object' ? newest : undefined
  if (IfNoneMatch !== undefined && current) throw preconditionFailed(Condition)
  if (IfMatch !== undefined && !current) throw noSuchKey(newest?.key)
  if (IfMatch !== undefined && current && !matches(IfMatch, current.eTag)) throw preconditionFailed(Condition)
  if (newest?.sequencer === seen) return
  const message = 'The conditional request cannot succeed due to a conflicting operation against this resource.'
  throw new ApiError(409, 'ConditionalRequestConflict', message, { Condition })
}

/** A conditional delete is always about the current version. */
export function checkDelete(ifMatch: string | undefined, newest: Version | undefined): void {
  if (ifMatch === undefined) return
  if (!newest) throw noSuchKey()
  if (newest.type === 'marker' || !matches(ifMatch, newest.eTag)) throw preconditionFailed('If-Match')
}

export function preconditionFailed(Condition: string): ApiError {
  const message = 'At least one of the pre-conditions you specified did not hold'
  return new ApiError(412, 'PreconditionFailed', message, { Condition })
}

export function noSuchKey(Key = ''): ApiError {
  return new ApiError(404, 'NoSuchKey', 'The specified key does not exist.', { Key })
}

function matches(condition: string, eTag: string): boolean {
  const tags = condition.split(',').map((tag) => tag.trim().replace(/^W\//, '').replaceAll('"', ''))
  return tags.includes('*') || tags.includes(eTag)
}
