import * as z from 'zod'

// WebP cannot be larger than 16,383 pixels
const Size = z.int().min(1).max(16_383)

const Sizes = z
  .string()
  .transform((list) => [...new Set(list.split(',').map(Number))].toSorted((a, b) => b - a))
  .pipe(z.tuple([Size], Size))

const Env = z
  .object({
    UPLOADS_BUCKET: z.string().min(1),
    THUMBNAILS_BUCKET: z.string().min(1),
    /** Longest sides in pixels. */
    THUMBNAIL_SIZES: Sizes.prefault('1024,512,128'),
    THUMBNAIL_FORMAT: z.enum(['webp', 'jpeg', 'avif']).default('webp'),
    THUMBNAIL_QUALITY: z.coerce.number().int().min(1).max(100).default(80),
  })
  .refine(({ UPLOADS_BUCKET, THUMBNAILS_BUCKET }) => UPLOADS_BUCKET !== THUMBNAILS_BUCKET, {
    path: ['THUMBNAILS_BUCKET'],
    error: 'must not be the uploads bucket: each thumbnail would be an upload, and get thumbnails of its own',
  })

export const env = Env.parse(process.env)
