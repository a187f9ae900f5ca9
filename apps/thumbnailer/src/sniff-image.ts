import { extname } from 'node:path'

/** How many of an object's first bytes `sniffImage` and `refuseType` want to see. */
export const SNIFF_BYTES = 4096

/** An image format, by the name that people know it by. */
export interface ImageType {
  name: string
  /** Whether we decode it. SVG is refused for good: 14 kB of it can burn 20 s of CPU, and no timeout stops it. */
  supported: boolean
}

/** The image format that the first bytes say, whatever the name or the Content-Type; `undefined` for anything else. */
export function sniffImage(head: Buffer): ImageType | undefined {
  const signature = SIGNATURES.find(({ matches }) => matches(head))
  if (!signature) return undefined
  return { name: signature.name, supported: SUPPORTED.has(signature.name) }
}

/** Why these bytes are not for us, or `undefined` when they are an image that we decode. */
export function refuseType(head: Buffer, fileName: string): Refusal | undefined {
  const type = sniffImage(head)
  if (type?.supported) return undefined
  if (type) return { type: 'rejected', reason: `${type.name} is not supported` }
  const extension = extname(fileName).toLowerCase()
  if (!IMAGE_EXTENSIONS.has(extension)) return { type: 'skipped', reason: 'not an image' }
  // its owner believes that it is an image: worth telling
  return {
    type: 'rejected',
    reason: head.length === 0 ? 'empty file' : `not an image that we know, though named ${extension}`,
  }
}

/** An image that gets no renditions, now or ever: `skipped` is not for us, `rejected` cannot be done. */
export interface Refusal {
  type: 'skipped' | 'rejected'
  reason: string
}

const SUPPORTED = new Set(['JPEG', 'PNG', 'WebP', 'GIF', 'TIFF', 'AVIF'])

const SIGNATURES: { name: string; matches: (head: Buffer) => boolean }[] = [
  { name: 'JPEG', matches: startsWith('ffd8ff') },
  { name: 'PNG', matches: startsWith('89504e470d0a1a0a') },
  { name: 'GIF', matches: (head) => /^GIF8[79]a/.test(text(head, 0, 6)) },
  { name: 'WebP', matches: (head) => text(head, 0, 4) === 'RIFF' && text(head, 8, 12) === 'WEBP' },
  { name: 'TIFF', matches: startsWith('49492a00', '4d4d002a', '49492b00', '4d4d002b') },
  { name: 'AVIF', matches: (head) => brands(head).some((brand) => brand === 'avif' || brand === 'avis') },
  { name: 'HEIC', matches: (head) => brands(head).some((brand) => /^(hei[cxms]|hev[cxms]|mif1|msf1)$/.test(brand)) },
  { name: 'camera raw', matches: (head) => brands(head).includes('crx ') },
  { name: 'JPEG XL', matches: startsWith('ff0a', '0000000c4a584c200d0a870a') },
  { name: 'JPEG 2000', matches: startsWith('ff4fff51', '0000000c6a5020200d0a870a') },
  { name: 'PDF', matches: startsWith('255044462d') },
  { name: 'PSD', matches: startsWith('38425053') },
  // 'BM' alone begins many a text; the size of the second header is one of a few
  {
    name: 'BMP',
    matches: (head) => text(head, 0, 2) === 'BM' && BMP_HEADERS.has(head.subarray(14, 18).toString('hex')),
  },
  { name: 'ICO', matches: (head) => startsWith('00000100', '00000200')(head) && head[4] !== 0 && head[9] === 0 },
  { name: 'OpenEXR', matches: startsWith('762f3101') },
  { name: 'Radiance HDR', matches: (head) => /^#\?(RADIANCE|RGBE)\n/.test(text(head, 0, 11)) },
  { name: 'PNM', matches: (head) => /^P[1-7]\s[\s#\d]/.test(text(head, 0, 4)) },
  { name: 'XCF', matches: (head) => text(head, 0, 8) === 'gimp xcf' },
  { name: 'QOI', matches: (head) => text(head, 0, 4) === 'qoif' },
  { name: 'DDS', matches: (head) => text(head, 0, 4) === 'DDS ' },
  { name: 'JPEG XR', matches: startsWith('4949bc01') },
  { name: 'camera raw', matches: (head) => /^(FUJIFILMCCD-RAW|II(RO|RS|U\0)|MMOR)/.test(text(head, 0, 15)) },
  { name: 'SVG', matches: isSvg },
]

const BMP_HEADERS = new Set(['0c000000', '28000000', '34000000', '38000000', '40000000', '6c000000', '7c000000'])

const IMAGE_EXTENSIONS = new Set(
  `.jpg .jpeg .jpe .jfif .png .apng .webp .gif .tif .tiff .avif .heic .heif .jxl .jp2 .j2k .jpx .jxr .bmp .dib .ico .cur
  .psd .psb .svg .svgz .tga .pcx .exr .hdr .pbm .pgm .ppm .pnm .xcf .qoi .dds .icns .cr2 .cr3 .nef .arw .dng .raf .rw2
  .orf`.split(/\s+/),
)

function startsWith(...signatures: string[]): (head: Buffer) => boolean {
  const bytes = signatures.map((signature) => Buffer.from(signature, 'hex'))
  return (head) => bytes.some((signature) => head.subarray(0, signature.length).equals(signature))
}

function text(head: Buffer, start: number, end: number): string {
  return head.toString('latin1', start, end)
}

// ISO base media: one major brand, a version, then the compatible brands
function brands(head: Buffer): string[] {
  if (text(head, 4, 8) !== 'ftyp') return []
  const listed = text(head, 8, Math.min(head.readUInt32BE(0), 256)).match(/[^]{4}/g) ?? []
  return listed.filter((_, index) => index !== 1)
}

function isSvg(head: Buffer): boolean {
  const start = head
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart()
  return start.startsWith('<') && !/^<(!doctype\s+)?html/i.test(start) && /<(!DOCTYPE\s+)?(\w+:)?svg[\s>/]/.test(start)
}
