import { paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3'
import { decodeKey } from '@fanout/event-parsing'
import type { ListedObject } from '@fanout/handler/commands'

import { isArchived } from './is-archived.ts'

export interface ListOptions {
  prefix?: string | undefined
  /** Keys after this one only. */
  after?: string | undefined
  /** Objects a page, 1000 at most. */
  pageSize?: number | undefined
  signal?: AbortSignal
}

/** The objects of a bucket page by page, in the order of their keys' UTF-8 bytes. */
export async function* listObjects(
  s3: S3Client,
  bucket: string,
  { prefix, after, pageSize, signal }: ListOptions = {},
): AsyncGenerator<ListedObject[]> {
  // Keys may hold characters that XML has not
  const input = { Bucket: bucket, Prefix: prefix, StartAfter: after, MaxKeys: pageSize, EncodingType: 'url' as const }
  for await (const { Contents = [], EncodingType } of paginateListObjectsV2({ client: s3 }, input)) {
    signal?.throwIfAborted()
    yield Contents.map(({ Key = '', ETag = '', Size = 0, LastModified = new Date(0), StorageClass }) => ({
      key: EncodingType === 'url' ? decodeKey(Key) : Key,
      eTag: ETag.replaceAll('"', ''),
      size: Size,
      lastModified: LastModified,
      ...(isArchived({ StorageClass }) ? { isArchived: true } : {}),
    }))
  }
}
