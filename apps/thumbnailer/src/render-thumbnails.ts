import sharp, { type OutputInfo, type Sharp } from 'sharp'
import { firstPicture } from './first-picture/index.ts'
import { pixelLimit, refusePixels } from './limits.ts'
import type { RenditionSpec } from './rendition-spec.ts'
import { refuseType, sniffImage, SNIFF_BYTES, type Refusal } from './sniff-image.ts'

/** One encoded thumbnail. `size` is the configured longest side; a small image keeps its own width and height. */
export interface Rendition {
  size: number
  width: number
  height: number
  data: Buffer
}

/** `width` and `height` are those of the image as it is encoded, before it is turned upright. */
export type RenderResult = { type: 'rendered'; width: number; height: number; renditions: Rendition[] } | Refusal

// One thread and no cache: a function has about one core, and the memory goes to pixels.
sharp.concurrency(1)
sharp.cache(false)
// Only these loaders, only from memory: SVG, for one, reads neighbouring files when it is loaded from a path.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Tiff', 'Heif'].map((loader) => `VipsForeignLoad${loader}Buffer`),
})

/**
 * Makes one rendition per configured size, or says why that will never be possible: it does not throw on any bytes.
 * The renditions are upright, sRGB, never larger than the image, and carry no metadata.
 */
export async function renderThumbnails(file: Buffer, fileName: string, spec: RenditionSpec): Promise<RenderResult> {
  const refusal = refuseType(file.subarray(0, SNIFF_BYTES), fileName)
  if (refusal) return refusal
  try {
    const image = firstPicture(file)
    const header = await sharp(image, { limitInputPixels: false }).metadata()
    if (header.compression === 'hevc') return { type: 'rejected', reason: 'HEIC is not supported' }
    const tooMuch = refusePixels(header, image)
    if (tooMuch) return { type: 'rejected', reason: tooMuch }
    const renditions = await decodeAndFanOut(image, pixelLimit(header, image), spec)
    return { type: 'rendered', width: header.width, height: header.height, renditions }
  } catch (error) {
    return { type: 'rejected', reason: explain(error, file) }
  }
}

// Decoding is half of the work: decode once, to the largest size, and make the others from those pixels.
// It costs 0.66 of one pipeline per size, and looks better, as the decoder's own coarse shrinking is used only once.
async function decodeAndFanOut(image: Buffer, limitInputPixels: number, spec: RenditionSpec): Promise<Rendition[]> {
  const { data, info } = await sharp(image, { limitInputPixels, limitInputChannels: 5, sequentialRead: true })
    .autoOrient()
    .resize(inside(spec.sizes[0]))
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
  const pixels = { data, info }

  const renditions: Rendition[] = []
  for (const size of spec.sizes) {
    const previous = renditions.at(-1)
    const isSame = previous && Math.max(info.width, info.height) <= size
    renditions.push(isSame ? { ...previous, size } : await encode(pixels, size, spec))
  }
  return renditions
}

async function encode(
  pixels: { data: Buffer; info: OutputInfo },
  size: number,
  spec: RenditionSpec,
): Promise<Rendition> {
  const { width, height, channels } = pixels.info
  const resized = sharp(pixels.data, { raw: { width, height, channels } }).resize(inside(size))
  const { data, info } = await toFormat(resized, spec).toBuffer({ resolveWithObject: true })
  return { size, width: info.width, height: info.height, data }
}

function inside(size: number) {
  return { width: size, height: size, fit: 'inside', withoutEnlargement: true } as const
}

function toFormat(image: Sharp, { format, quality }: RenditionSpec): Sharp {
  switch (format) {
    case 'webp':
      // half the time of the default effort, for 3 % more bytes and 0.2 dB
      return image.webp({ quality, effort: 2 })
    case 'jpeg':
      return image.flatten({ background: 'white' }).jpeg({ quality })
    case 'avif':
      // the default effort takes 28 times as long as WebP
      return image.avif({ quality, effort: 0 })
  }
}

// Classified by default, not by message: any failure to decode is final, the message only makes the reason readable.
function explain(error: unknown, image: Buffer): string {
  const name = sniffImage(image.subarray(0, SNIFF_BYTES))?.name ?? 'image'
  const message = error instanceof Error ? error.message : String(error)
  if (/premature end|unexpected end/i.test(message)) return `truncated ${name}`
  const cause = message
    .replace(/^Input buffer (has corrupt header|contains unsupported image format):?/, '')
    .trim()
    .split('\n', 1)
    .join()
    .slice(0, 80)
  return cause ? `corrupt ${name} (${cause})` : `corrupt ${name}`
}
