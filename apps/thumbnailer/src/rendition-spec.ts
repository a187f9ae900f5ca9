import { createHash } from 'node:crypto'

/** How renditions are made. Changing anything in it makes every existing rendition out of date. */
export interface RenditionSpec {
  /** Longest side in pixels, largest first, no repeats. */
  sizes: [number, ...number[]]
  format: 'webp' | 'jpeg' | 'avif'
  /** 1 to 100, in the encoder's own scale. */
  quality: number
}

// Raise it when the same settings begin to give other pixels.
const RENDERER = 1

/** A short name for the settings, kept with each rendition to tell whether it is up to date. */
export function specId(spec: RenditionSpec): string {
  return createHash('sha256')
    .update(JSON.stringify([RENDERER, spec]))
    .digest('hex')
    .slice(0, 16)
}
