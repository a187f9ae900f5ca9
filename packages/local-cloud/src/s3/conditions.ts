import type { GetObjectCommandInput } from '@aws-sdk/client-s3'
import { ApiError } from '../api.ts'
import type { Version } from './store.ts'

export function fail(...error: ConstructorParameters<typeof ApiError>): never {
  throw new ApiError(...error)
}

export function failPrecondition(Condition: string): never {
  fail(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', { Condition })
}

export const noSuchKey = (Key = '') => new ApiError(404, 'NoSuchKey', 'The specified key does not exist.', { Key })

export type Conditions = Pick<
  GetObjectCommandInput,
  'IfMatch' | 'IfNoneMatch' | 'IfModifiedSince' | 'IfUnmodifiedSince'
>

/** Whether the client has this version already; fails when it is not the expected one. An ETag overrules its date. */
export function checkConditions(conditions: Conditions, version: Version | undefined): boolean {
  const { IfMatch, IfNoneMatch, IfModifiedSince: since = '', IfUnmodifiedSince: before = '' } = conditions
  const object = version?.isMarker ? undefined : version
  if (!object && IfMatch !== undefined) throw noSuchKey(version?.Key)
  if (!object) return false
  if (IfMatch !== undefined && !matches(IfMatch, object.ETag)) failPrecondition('If-Match')
  if (IfMatch === undefined && object.LastModified > new Date(before)) failPrecondition('If-Unmodified-Since')
  return IfNoneMatch === undefined ? object.LastModified <= new Date(since) : matches(IfNoneMatch, object.ETag)
}

/** Those of a write. `seen`: the rank of the version that was the newest when it began, if there was one. */
export function checkWrite({ IfMatch, IfNoneMatch }: Conditions, newest: Version | undefined, seen: string): void {
  if (IfMatch === undefined && IfNoneMatch === undefined) return
  const Condition = IfMatch === undefined ? 'If-None-Match' : 'If-Match'
  const isKnown = IfMatch !== '*' && (IfNoneMatch ?? '*') === '*'
  if (!isKnown) fail(501, 'NotImplemented', 'S3 has no such condition for writing', { Header: Condition })
  if (checkConditions({ IfMatch, IfNoneMatch }, newest)) failPrecondition(Condition)
  if ((newest?.rank ?? '') === seen) return
  fail(409, 'ConditionalRequestConflict', 'A conflicting operation came between.', { Condition })
}

function matches(condition: string, eTag: string): boolean {
  const tags = condition.replaceAll(/W\/|"/g, '').split(/\s*,\s*/)
  return tags.includes('*') || tags.includes(eTag.replaceAll('"', ''))
}
