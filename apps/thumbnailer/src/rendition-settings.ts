import * as z from 'zod'
import type { RenditionSpec } from './rendition-spec.ts'

// WebP cannot be larger than 16,383 pixels
const Size = z.int().min(1).max(16_383)

const Sizes = z
  .string()
  .transform((list) => [...new Set(list.split(',').map(Number))].toSorted((a, b) => b - a))
  .pipe(z.tuple([Size], Size))

/** The environment variables that say how renditions are made. */
export const RenditionSettings = z.object({
  /** Longest sides in pixels. */
  THUMBNAIL_SIZES: Sizes.prefault('1024,512,128'),
  THUMBNAIL_FORMAT: z.enum(['webp', 'jpeg', 'avif']).default('webp'),
  THUMBNAIL_QUALITY: z.coerce.number().int().min(1).max(100).default(80),
})
export type RenditionSettings = z.infer<typeof RenditionSettings>

export function toRenditionSpec(settings: RenditionSettings): RenditionSpec {
  return { sizes: settings.THUMBNAIL_SIZES, format: settings.THUMBNAIL_FORMAT, quality: settings.THUMBNAIL_QUALITY }
}
