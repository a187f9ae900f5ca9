import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { writeFile } from 'node:fs/promises'
import pMap from 'p-map'
import type { Image } from './find-images.ts'

/** Writes a page that shows these images. They are in the page itself: a key never becomes a path. */
export async function writeContactSheet(s3: S3Client, images: readonly Image[], file: string): Promise<void> {
  const figures = await pMap(images, (image) => drawFigure(s3, image), { concurrency: 4 })
  const style = 'body{font:14px system-ui;display:flex;flex-wrap:wrap;gap:16px}img{max-width:480px}figure{margin:0}'
  const head = `<!doctype html><meta charset="utf-8"><title>Fanout</title><style>${style}</style>`
  await writeFile(file, `${head}\n${figures.join('\n')}\n`, { mode: 0o600 })
}

async function drawFigure(s3: S3Client, { bucket, key }: Image): Promise<string> {
  const { Body, ContentType = 'image/webp' } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
  const bytes = (await Body?.transformToString('base64')) ?? ''
  return `<figure><img src="data:${escape(ContentType)};base64,${bytes}"><figcaption>${escape(key)}</figcaption></figure>`
}

const escape = (text: string): string => text.replaceAll(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`)
