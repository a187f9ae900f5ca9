import { Readable } from 'node:stream'
import {
  GetObjectCommand,
  HeadObjectCommand,
  S3ServiceException,
  type GetObjectCommandOutput,
  type HeadObjectCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3'
import type { CurrentObject, ObjectStore } from './object-store.ts'

/** The uploads bucket. */
export function createS3Objects(client: Pick<S3Client, 'send'>, bucket: string): ObjectStore {
  async function head(key: string): Promise<CurrentObject | undefined> {
    try {
      const found = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }))
      return toObject(key, found.ContentLength, found)
    } catch (error) {
      // 405: a delete marker. A 403 is thrown: with s3:ListBucket it does not mean "gone".
      if (hasStatus(error, 404, 405)) return undefined
      throw error
    }
  }

  return {
    head,

    async open(key, bytes) {
      try {
        const range = `bytes=0-${bytes - 1}`
        const found = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, Range: range }))
        const object = toObject(key, totalSize(found), found)
        const start = Buffer.alloc(Math.min(object.size, bytes))
        await fill(start, found.Body, key)
        return { object, start }
      } catch (error) {
        if (hasStatus(error, 404, 405)) return undefined
        const object = isArchived(error) || hasStatus(error, 416) ? await head(key) : undefined
        if (isArchived(error)) return object && { object }
        // S3 refuses any range of an empty object
        if (hasStatus(error, 416)) return object && (object.size === 0 ? { object, start: Buffer.alloc(0) } : 'changed')
        throw error
      }
    },

    async read({ key, eTag }, into, start) {
      try {
        const range = `bytes=${start}-${start + into.length - 1}`
        const found = await client.send(
          new GetObjectCommand({ Bucket: bucket, Key: key, Range: range, IfMatch: `"${eTag}"` }),
        )
        await fill(into, found.Body, key)
        return 'read'
      } catch (error) {
        // gone, archived, replaced, or replaced by something shorter
        if (isArchived(error) || hasStatus(error, 404, 405, 412, 416)) return 'changed'
        throw error
      }
    },
  }
}

type Found = Pick<
  HeadObjectCommandOutput,
  'ETag' | 'LastModified' | 'VersionId' | 'ContentType' | 'StorageClass' | 'ReplicationStatus'
>

function toObject(key: string, size: number | undefined, found: Found): CurrentObject {
  const { ETag, LastModified, VersionId, ContentType, StorageClass, ReplicationStatus } = found
  if (ETag === undefined || LastModified === undefined || size === undefined) {
    throw new Error(`cannot use S3's reply about ${key}: it lacks ETag, Last-Modified or size`)
  }
  return {
    key,
    eTag: ETag.replaceAll('"', ''),
    size,
    lastModified: LastModified.toISOString(),
    ...(VersionId !== undefined && { versionId: VersionId }),
    ...(ContentType !== undefined && { declaredType: ContentType }),
    ...(StorageClass !== undefined && { storageClass: StorageClass }),
    ...(ReplicationStatus !== undefined && { replicationStatus: ReplicationStatus }),
  }
}

// `bytes 0-99/1234`; without it the whole object came
function totalSize({ ContentRange, ContentLength }: GetObjectCommandOutput): number | undefined {
  const total = ContentRange?.split('/')[1]
  return total === undefined ? ContentLength : Number(total)
}

async function fill(into: Uint8Array, body: unknown, key: string): Promise<void> {
  if (!(body instanceof Readable)) throw new TypeError(`cannot read the body of ${key}: not a stream`)
  let filled = 0
  for await (const chunk of body) {
    if (filled + chunk.length > into.length) throw new Error(`long body of ${key}: more than ${into.length} bytes`)
    into.set(chunk, filled)
    filled += chunk.length
  }
  // a broken connection, not a broken file: worth a retry
  if (filled < into.length) throw new Error(`short body of ${key}: ${filled} of ${into.length} bytes`)
}

function isArchived(error: unknown): boolean {
  return error instanceof S3ServiceException && error.name === 'InvalidObjectState'
}

function hasStatus(error: unknown, ...statuses: number[]): boolean {
  return error instanceof S3ServiceException && statuses.includes(error.$metadata.httpStatusCode ?? 0)
}
