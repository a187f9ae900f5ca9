import type * as S3 from '@aws-sdk/client-s3'
import { ApiError } from '../api.ts'
import { findObject, type Operations, type S3Call, type S3Parts, versionIdOf } from './parts.ts'
import type { StoredObject } from './store.ts'

type Tags = StoredObject['tags']

/** Tags as an upload's x-amz-tagging header has them. */
export function parseTags(header = ''): Tags {
  return checkTags([...new URLSearchParams(header)])
}

/** Object tags. Changing them makes no new version. */
export function createTagOperations({ store, notify }: S3Parts): Operations {
  function setTags(call: S3Call, VersionId: string | undefined, tags: Tags, eventName: string) {
    const object = findObject(store, call.bucket, call.key, VersionId)
    store.change(call.bucket, { ...object, tags })
    const { key, eTag, versionId } = object
    notify(call, eventName, { key, eTag, versionId })
    return versionIdOf(call.bucket, object)
  }

  return {
    GetObjectTagging({ VersionId }: S3.GetObjectTaggingCommandInput, { bucket, key }) {
      const object = findObject(store, bucket, key, VersionId)
      return { TagSet: object.tags.map(([Key, Value]) => ({ Key, Value })), ...versionIdOf(bucket, object) }
    },
    PutObjectTagging({ VersionId, Tagging }: S3.PutObjectTaggingCommandInput, call) {
      const tags = (Tagging?.TagSet ?? []).map(({ Key = '', Value = '' }): Tags[number] => [Key, Value])
      return setTags(call, VersionId, checkTags(tags), 'ObjectTagging:Put')
    },
    DeleteObjectTagging: ({ VersionId }: S3.DeleteObjectTaggingCommandInput, call) =>
      setTags(call, VersionId, [], 'ObjectTagging:Delete'),
  }
}

function checkTags(tags: Tags): Tags {
  if (tags.length > 10) throw new ApiError(400, 'BadRequest', 'Object tags cannot be greater than 10')
  const isValid = ([key, value]: Tags[number]) => /^(?!aws:).{1,128}$/su.test(key) && value.length <= 256
  if (tags.every(isValid) && new Set(tags.map(([key]) => key)).size === tags.length) return tags
  throw new ApiError(400, 'InvalidTag', 'A tag is too long, has no key or one that begins with aws:, or occurs twice')
}
