import { S3Client } from '@aws-sdk/client-s3'
import { createHandler } from '@fanout/handler'
import { createThumbnails } from './create-thumbnails.ts'
import { env } from './env.ts'
import { renderThumbnails } from './render-thumbnails.ts'
import { toRenditionSpec } from './rendition-settings.ts'
import { createS3Store } from './s3-store.ts'

// The connection is safe from changed bytes; S3's checksum on top would take 6 ms of processor for each photo, and a body that
// is checked cannot be let go half-way.
const s3 = new S3Client({ responseChecksumValidation: 'WHEN_REQUIRED' })

const deps = {
  store: createS3Store(s3, { uploads: env.UPLOADS_BUCKET, thumbnails: env.THUMBNAILS_BUCKET }),
  render: renderThumbnails,
  spec: toRenditionSpec(env),
}

export const handler = createHandler((event, context) => createThumbnails(event, deps, context))
