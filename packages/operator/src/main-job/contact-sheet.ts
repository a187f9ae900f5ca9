import { GetObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3'
import { writeFile } from 'node:fs/promises'
import pMap from 'p-map'
import type { Stage } from '../stage/stage.ts'

const MOST_IMAGES = 100
const BIGGEST_IMAGE_BYTES = 1024 * 1024

/**
 * Writes a page that shows the images in the subscribers' own buckets written since then, or the first hundred of them.
 * The images are in the page itself: a key never becomes a path. Returns how many there are.
 */
export async function writeContactSheet(
  { clients, subscribers }: Pick<Stage, 'clients' | 'subscribers'>,
  since: Date,
  file: string,
): Promise<number> {
  const buckets = subscribers.flatMap(({ resources }) =>
    Object.entries(resources).flatMap(([name, bucket]) => (name.endsWith('_BUCKET') ? [bucket] : [])),
  )
  const found = await Promise.all(buckets.map((bucket) => listImages(clients.s3, bucket, since)))
  const figures = await pMap(found.flat().slice(0, MOST_IMAGES), (image) => drawFigure(clients.s3, image), {
    concurrency: 4,
  })
  const style = 'body{font:14px system-ui;display:flex;flex-wrap:wrap;gap:16px}img{max-width:480px}figure{margin:0}'
  const head = `<!doctype html><meta charset="utf-8"><title>Fanout</title><style>${style}</style>`
  await writeFile(file, `${head}\n${figures.join('\n')}\n`, { mode: 0o600 })
  return figures.length
}

interface Image {
  bucket: string
  key: string
}

async function listImages(s3: S3Client, bucket: string, since: Date): Promise<Image[]> {
  const images: Image[] = []
  // S3 keeps whole seconds
  const from = Math.floor(since.getTime() / 1000) * 1000
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket: bucket })) {
    for (const { Key = '', Size = 0, LastModified = since } of Contents) {
      const isImage = /\.(webp|jpe?g|png|avif)$/.test(Key)
      if (isImage && Size <= BIGGEST_IMAGE_BYTES && LastModified.getTime() >= from) images.push({ bucket, key: Key })
    }
    if (images.length >= MOST_IMAGES) break
  }
  return images
}

async function drawFigure(s3: S3Client, { bucket, key }: Image): Promise<string> {
  const { Body, ContentType = 'image/webp' } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
  const bytes = (await Body?.transformToString('base64')) ?? ''
  return `<figure><img src="data:${escape(ContentType)};base64,${bytes}"><figcaption>${escape(key)}</figcaption></figure>`
}

const escape = (text: string): string => text.replaceAll(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`)
