import { createHash } from 'node:crypto'
import sharp from 'sharp'
import type { Random } from './random.ts'

/** The bytes of an object, and what they are. */
export interface Content {
  bytes: Buffer
  /** As S3 has it for an object that was put in one piece, without quotes. */
  eTag: string
  mediaType: string
  /** Only of an image that can be decoded: it has one colour all over. */
  image?: { width: number; height: number; colour: string }
}

const FORMATS = ['png', 'jpeg', 'webp', 'gif'] as const
// Powers of two: however often they are halved, it is the same
const SIDES = [1, 2, 4, 8, 16, 32, 64]

/** Small images, and among them torn ones, texts, and one content of no bytes. */
export async function createContents(count: number, random: Random): Promise<Content[]> {
  const contents: Content[] = []
  for (let number = 0; number < count; number++) contents.push(await createContent(number, random))
  return contents
}

async function createContent(number: number, random: Random): Promise<Content> {
  if (number === 3) return describe(Buffer.alloc(0), 'application/octet-stream')
  if (number % 8 === 5) return describe(Buffer.from(`text number ${number}\n`), 'text/plain')
  const image = await createImage(number, random)
  return number % 8 === 7 ? tear(image) : image
}

async function createImage(number: number, random: Random): Promise<Content> {
  const format = random.pick(FORMATS)
  const [width, height] = [random.pick(SIDES), random.pick(SIDES)]
  const [r = 0, g = 0, b = 0] = [number & 7, (number >> 3) & 7, (number >> 6) & 7].map((step) => 32 * step + 16)
  const created = sharp({ create: { width, height, channels: 3, background: { r, g, b } } })
  const bytes = await created.toFormat(format, { quality: 95 }).toBuffer()
  return { ...describe(bytes, `image/${format}`), image: { width, height, colour: nameColour(r, g, b) } }
}

/** A name that a colour keeps when an encoder loses a little of it; there are 512. */
export function nameColour(...rgb: [number, number, number]): string {
  return `rgb ${rgb.map((part) => Math.floor(part / 32)).join('')}`
}

/** What says which format it is, and nothing more. */
function tear({ bytes, mediaType }: Content): Content {
  return describe(bytes.subarray(0, mediaType === 'image/webp' ? 16 : 8), mediaType)
}

function describe(bytes: Buffer, mediaType: string): Content {
  return { bytes, mediaType, eTag: createHash('md5').update(bytes).digest('hex') }
}
