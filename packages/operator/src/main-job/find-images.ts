import { paginateListObjectsV2, type _Object, type S3Client } from '@aws-sdk/client-s3'
import type { Keeper } from '../reconcile/keeper.ts'
import type { Stage } from '../stage/stage.ts'

/** An image that a subscriber keeps. */
export interface Image {
  bucket: string
  key: string
}

const BIGGEST_BYTES = 1024 * 1024

/**
 * The images in the subscribers' own buckets that were written since then, and those of these uploads, which nobody writes again
 * where they are right as they are. Each once, so many at most.
 */
export async function findImages(
  { clients, subscribers }: Pick<Stage, 'clients' | 'subscribers'>,
  keepers: readonly Keeper[],
  uploads: readonly string[],
  since: Date,
  most: number,
): Promise<Image[]> {
  const found = new Map<string, Image>()
  // S3 keeps whole seconds
  const from = Math.floor(since.getTime() / 1000) * 1000
  const isNew = ({ LastModified = since }: _Object) => LastModified.getTime() >= from
  const buckets = subscribers.flatMap(({ resources }) =>
    Object.entries(resources).flatMap(([name, bucket]) => (name.endsWith('_BUCKET') ? [bucket] : [])),
  )
  const places = [
    ...keepers
      .filter(({ outputs }) => outputs.kind === 'bucket')
      .flatMap(({ outputs, place }) =>
        // A thousand texts have none, and each is a request
        uploads.slice(0, most).map((key) => ({ bucket: place, prefix: outputs.nameOf(key), isMeant: () => true })),
      ),
    ...buckets.map((bucket) => ({ bucket, prefix: '', isMeant: isNew })),
  ]
  for (const { bucket, prefix, isMeant } of places) {
    if (found.size >= most) break
    for await (const { Key = '' } of listImages(clients.s3, bucket, prefix, isMeant)) {
      found.set(`${bucket}/${Key}`, { bucket, key: Key })
      if (found.size >= most) break
    }
  }
  return [...found.values()]
}

async function* listImages(
  s3: S3Client,
  bucket: string,
  prefix: string,
  isMeant: (object: _Object) => boolean,
): AsyncGenerator<_Object> {
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix: prefix })) {
    for (const object of Contents) {
      const isImage = /\.(webp|jpe?g|png|avif)$/.test(object.Key ?? '')
      if (isImage && (object.Size ?? 0) <= BIGGEST_BYTES && isMeant(object)) yield object
    }
  }
}
