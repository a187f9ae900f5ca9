import { S3Client } from '@aws-sdk/client-s3'
import { createHandler } from '@fanout/handler'
import { createThumbnails } from './create-thumbnails.ts'
import { env } from './env.ts'
import { renderThumbnails } from './render-thumbnails.ts'
import { toRenditionSpec } from './rendition-settings.ts'
import { createS3Store } from './s3-store.ts'

const deps = {
  store: createS3Store(new S3Client({}), { uploads: env.UPLOADS_BUCKET, thumbnails: env.THUMBNAILS_BUCKET }),
  render: renderThumbnails,
  spec: toRenditionSpec(env),
}

export const handler = createHandler((event, context) => createThumbnails(event, deps, context))
