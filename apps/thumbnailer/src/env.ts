import * as z from 'zod'
import { RenditionSettings } from './rendition-settings.ts'

const Env = RenditionSettings.extend({
  UPLOADS_BUCKET: z.string().min(1),
  THUMBNAILS_BUCKET: z.string().min(1),
}).refine(({ UPLOADS_BUCKET, THUMBNAILS_BUCKET }) => UPLOADS_BUCKET !== THUMBNAILS_BUCKET, {
  path: ['THUMBNAILS_BUCKET'],
  error: 'must not be the uploads bucket: each thumbnail would be an upload, and get thumbnails of its own',
})

export const env = Env.parse(process.env)
