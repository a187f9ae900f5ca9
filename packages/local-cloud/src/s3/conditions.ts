import { ApiError } from '../api.ts'
import type { StoredObject, Version } from './store.ts'

export interface ReadConditions {
  IfMatch?: string | undefined
  IfNoneMatch?: string | undefined
  IfModifiedSince?: Date | undefined
  IfUnmodifiedSince?: Date | undefined
}

export interface WriteConditions {
  IfMatch?: string | undefined
  IfNoneMatch?: string | undefined
}

/** Whether the client has this object already; throws PreconditionFailed. An ETag condition overrules its date's. */
export function isNotModified(conditions: ReadConditions, { eTag, modified }: StoredObject): boolean {
  const { IfMatch, IfNoneMatch, IfModifiedSince, IfUnmodifiedSince } = conditions
  if (IfMatch !== undefined) {
    if (!matches(IfMatch, eTag)) throw preconditionFailed('If-Match')
  } else if (IfUnmodifiedSince && modified > IfUnmodifiedSince.getTime()) {
    throw preconditionFailed('If-Unmodified-Since')
  }
  if (IfNoneMatch !== undefined) return matches(IfNoneMatch, eTag)
  return IfModifiedSince !== undefined && modified <= IfModifiedSince.getTime()
}

/** `seen`: the sequencer of the object that was current when the request began. */
export function checkWrite(conditions: WriteConditions, newest: Version | undefined, seen: string | undefined): void {
  const { IfMatch, IfNoneMatch } = conditions
  if (IfMatch === undefined && IfNoneMatch === undefined) return
  // S3 takes no other forms here
  if (IfMatch === '*' || (IfNoneMatch ?? '*') !== '*') {
    const Header = IfMatch === '*' ? 'If-Match' : 'If-None-Match'
    const message = 'A header you provided implies functionality that is not implemented'
    throw new ApiError(501, 'NotImplemented', message, { Header })
  }
  const current = newest?.type === 'object' ? newest : undefined
  if (IfNoneMatch !== undefined && current) throw preconditionFailed('If-None-Match')
  if (IfMatch !== undefined) {
    if (!current) throw noSuchKey(newest?.key)
    if (!matches(IfMatch, current.eTag)) throw preconditionFailed('If-Match')
  }
  if (current?.sequencer === seen) return
  const message = 'The conditional request cannot succeed due to a conflicting operation against this resource.'
  throw new ApiError(409, 'ConditionalRequestConflict', message, { Condition: IfMatch ? 'If-Match' : 'If-None-Match' })
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

export function noSuchKey(key?: string): ApiError {
  return new ApiError(404, 'NoSuchKey', 'The specified key does not exist.', key === undefined ? {} : { Key: key })
}

function matches(condition: string, eTag: string): boolean {
  return condition.split(',').some((tag) => tag.trim() === '*' || tag.replace(/^\s*(W\/)?"?|"?\s*$/g, '') === eTag)
}
