import type { PutObjectTaggingCommandInput, Tag } from '@aws-sdk/client-s3'
import { ApiError } from '../api.ts'
import type { Answer } from './messages.ts'
import { findObject, type Operations, type S3Call, type S3Parts, versionIdOf } from './parts.ts'
import type { StoredObject } from './store.ts'
import { eventVersionId } from './write-object.ts'

type Tags = StoredObject['tags']

/** Tags as an upload's x-amz-tagging header has them. */
export function parseTags(header = ''): Tags {
  return checkTags([...new URLSearchParams(header)])
}

/** Object tags. Changing them makes no new version. */
export function createTagOperations({ store, notify }: S3Parts): Operations {
  const find = ({ bucket, key }: S3Call, { VersionId }: { VersionId?: string }) =>
    findObject(store, bucket, key, VersionId)

  function getObjectTagging(input: { VersionId?: string }, call: S3Call) {
    const object = find(call, input)
    const TagSet = object.tags.map(([Key, Value]) => ({ Key, Value }))
    return { TagSet, ...versionIdOf(call.bucket, object) }
  }

  function setTags(call: S3Call, object: StoredObject, tags: Tags, eventName: string): Answer<{ VersionId?: string }> {
    store.change(call.bucket, { ...object, tags })
    const { key, eTag } = object
    notify(call, call.bucket, eventName, { key, eTag, versionId: eventVersionId(object) })
    return versionIdOf(call.bucket, object)
  }

  return {
    GetObjectTagging: getObjectTagging,
    PutObjectTagging: (input: PutObjectTaggingCommandInput & { VersionId?: string }, call) => {
      const tags = (input.Tagging?.TagSet ?? []).map(({ Key = '', Value = '' }: Tag): Tags[number] => [Key, Value])
      return setTags(call, find(call, input), checkTags(tags), 'ObjectTagging:Put')
    },
    DeleteObjectTagging: (input: { VersionId?: string }, call) =>
      setTags(call, find(call, input), [], 'ObjectTagging:Delete'),
  }
}

function checkTags(tags: Tags): Tags {
  const refuse = (message: string) => new ApiError(400, 'InvalidTag', message)
  if (tags.length > 10) throw new ApiError(400, 'BadRequest', 'Object tags cannot be greater than 10')
  if (new Set(tags.map(([key]) => key)).size < tags.length)
    throw refuse('Cannot provide multiple Tags with the same key')
  for (const [key, value] of tags) {
    if (key === '' || key.length > 128 || key.startsWith('aws:'))
      throw refuse('The TagKey you have provided is invalid')
    if (value.length > 256) throw refuse('The TagValue you have provided is invalid')
  }
  return tags
}
