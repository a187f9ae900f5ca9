import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  S3ServiceException,
  type HeadObjectCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3'
import { openBody } from './open-body.ts'
import type { NewRendition, SourceObject, StoredRendition, ThumbnailStore } from './thumbnail-store.ts'

export interface Buckets {
  uploads: string
  thumbnails: string
}

/** The job's view of S3: sources in one bucket, renditions in the other. */
export function createS3Store(client: S3Client, buckets: Buckets): ThumbnailStore {
  const head = (bucket: string, key: string) => headObject(client, bucket, key)

  async function headRendition(key: string): Promise<StoredRendition | undefined> {
    const found = await head(buckets.thumbnails, key)
    if (!found) return undefined
    const { 'source-etag': sourceETag, spec } = found.Metadata ?? {}
    return { key, eTag: eTagOf(found, key), ...(sourceETag && spec && { origin: { sourceETag, spec } }) }
  }

  async function headSource(key: string): Promise<SourceObject | undefined> {
    const found = await head(buckets.uploads, key)
    return found && toSource(key, found)
  }

  return {
    headRendition,

    headSource,

    async openSource(key) {
      try {
        const reply = await client.send(new GetObjectCommand({ Bucket: buckets.uploads, Key: key }))
        const source = toSource(key, reply)
        return { ...source, ...openBody(reply.Body, source) }
      } catch (error) {
        if (hasStatus(error, 404, 405)) return undefined
        if (!(error instanceof S3ServiceException && error.name === 'InvalidObjectState')) throw error
        const source = await headSource(key)
        return source && { ...source, [Symbol.asyncDispose]: async () => {} }
      }
    },

    async listRenditions(prefix) {
      const keys: string[] = []
      for await (const page of paginateListObjectsV2({ client }, { Bucket: buckets.thumbnails, Prefix: prefix })) {
        for (const { Key } of page.Contents ?? []) if (Key) keys.push(Key)
      }
      const found = await Promise.all(keys.map(headRendition))
      return found.filter((rendition) => rendition !== undefined)
    },

    putRendition: (rendition, replaces) => putRendition(client, buckets.thumbnails, rendition, replaces),

    async deleteRendition(key) {
      await client.send(new DeleteObjectCommand({ Bucket: buckets.thumbnails, Key: key }))
    },
  }
}

// 404, or 405 for a delete marker. A 403 is thrown: with s3:ListBucket it does not mean "gone".
async function headObject(client: S3Client, bucket: string, key: string): Promise<HeadObjectCommandOutput | undefined> {
  try {
    return await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }))
  } catch (error) {
    if (hasStatus(error, 404, 405)) return undefined
    throw error
  }
}

function toSource(key: string, found: Found): SourceObject {
  const { ContentLength: size, VersionId: versionId } = found
  if (size === undefined) throw new Error(`cannot use S3's reply about ${key}: it has no size`)
  return { key, eTag: eTagOf(found, key), size, ...(versionId && { versionId }) }
}

async function putRendition(client: S3Client, bucket: string, rendition: NewRendition, replaces: string | undefined) {
  const { key, data, width, height, origin } = rendition
  try {
    await client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: data,
        ContentType: `image/${key.slice(key.lastIndexOf('.') + 1)}`,
        // a key keeps its name when the object is replaced: ask again, usually for a 304
        CacheControl: 'no-cache',
        Metadata: {
          'source-etag': origin.sourceETag,
          ...(origin.sourceVersion && { 'source-version': origin.sourceVersion }),
          ...(origin.order && { order: origin.order }),
          spec: origin.spec,
          width: String(width),
          height: String(height),
        },
        ...(replaces ? { IfMatch: replaces } : { IfNoneMatch: '*' }),
      }),
    )
    return true
  } catch (error) {
    // 412 and 409: it is not as we found it; NoSuchKey: the one to replace has gone
    if (hasStatus(error, 409, 412) || (error instanceof S3ServiceException && error.name === 'NoSuchKey')) return false
    throw error
  }
}

type Found = Pick<HeadObjectCommandOutput, 'ContentLength' | 'ETag' | 'VersionId'>

function eTagOf(found: Found, key: string): string {
  if (!found.ETag) throw new Error(`cannot use the reply to HEAD ${key}: it has no ETag`)
  return found.ETag
}

function hasStatus(error: unknown, ...statuses: number[]): boolean {
  return error instanceof S3ServiceException && statuses.includes(error.$metadata.httpStatusCode ?? 0)
}
