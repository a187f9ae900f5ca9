import sharp from 'sharp'
import { nameColour } from './content.ts'
import type { ExpectedState } from './expected-state.ts'

/** A rendition in words: two that should be the same have the same words. */
type Described = string

/** As much of a rendition as is looked at. */
export interface StoredRendition {
  data: Buffer
  origin: { sourceETag: string }
}

/** One set of renditions for every image that is there, of its size and colour; and nothing else in the bucket. */
export function expectRenditions({ objects }: ExpectedState, sizes: readonly number[]): Map<string, Described> {
  const expected = new Map<string, Described>()
  for (const { key, live } of objects.values()) {
    if (!live?.content.image) continue
    const { width, height, colour } = live.content.image
    for (const size of sizes) {
      const fit = Math.min(1, size / Math.max(width, height))
      const [fitWidth, fitHeight] = [width, height].map((side) => Math.max(1, Math.round(side * fit)))
      expected.set(renditionKey(key, size), `${fitWidth}x${fitHeight} of "${live.eTag}" in ${colour}`)
    }
  }
  return expected
}

/** What is in the bucket: sizes and colours are those of the decoded renditions. */
export async function describeRenditions(
  thumbnails: ReadonlyMap<string, StoredRendition>,
): Promise<Map<string, Described>> {
  const looks = new Map<Buffer, Promise<Look>>()
  const described = new Map<string, Described>()
  for (const [key, { data, origin }] of thumbnails) {
    const look = looks.get(data) ?? lookAt(data)
    looks.set(data, look)
    const { size, colour } = await look
    described.set(key, `${size} of ${origin.sourceETag} in ${colour}`)
  }
  return described
}

interface Look {
  size: string
  colour: string
}

async function lookAt(image: Buffer): Promise<Look> {
  const { width, height } = await sharp(image).metadata()
  const { channels } = await sharp(image).stats()
  const [r = 0, g = 0, b = 0] = channels.map(({ mean }) => mean)
  return { size: `${width}x${height}`, colour: nameColour(r, g, b) }
}

function renditionKey(key: string, size: number): string {
  const segments = key.split('/').map((segment) => (segment === '..' ? '%2E%2E' : encodeURIComponent(segment)))
  return `${segments.join('/')}@${size}.webp`
}
