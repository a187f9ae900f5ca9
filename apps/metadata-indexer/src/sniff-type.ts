/** What the first bytes of a file say it is. */
export interface FileType {
  /** A short name, e.g. `jpeg`. */
  format: string
  mime: string
}

/** How many of a file's first bytes `sniffType` looks at. */
export const SNIFF_BYTES = 4096

/** By the bytes alone, whatever the name or the Content-Type; `undefined` for an empty file. */
export function sniffType(start: Buffer): FileType | undefined {
  if (start.length === 0) return undefined
  const head = start.subarray(0, SNIFF_BYTES)
  const signature = SIGNATURES.find(({ matches }) => matches(head))
  if (signature) return { format: signature.format, mime: signature.mime }
  return sniffText(head) ?? { format: 'binary', mime: 'application/octet-stream' }
}

function sniffText(head: Buffer): FileType | undefined {
  const text = decodeText(head)
  if (text === undefined) return undefined
  const start = text.trimStart().slice(0, 1024)
  if (/^<(!doctype\s+html|html|head|body)[\s>]/i.test(start)) return { format: 'html', mime: 'text/html' }
  if (start.startsWith('<') && /<(!DOCTYPE\s+)?(\w+:)?svg[\s>/]/.test(text))
    return { format: 'svg', mime: 'image/svg+xml' }
  if (start.startsWith('<?xml')) return { format: 'xml', mime: 'application/xml' }
  return { format: 'text', mime: 'text/plain' }
}

/** The bytes as text, if they are UTF-8 (or UTF-16 with its mark) without control characters. */
function decodeText(head: Buffer): string | undefined {
  const encoding =
    head[0] === 0xff && head[1] === 0xfe ? 'utf-16le' : head[0] === 0xfe && head[1] === 0xff ? 'utf-16be' : 'utf-8'
  try {
    // streaming: a character that is cut off at the end is no error
    const text = new TextDecoder(encoding, { fatal: true }).decode(head, { stream: true })
    // oxlint-disable-next-line no-control-regex -- these are what text does not have
    return /[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]/.test(text) ? undefined : text
  } catch {
    return undefined
  }
}

interface Signature extends FileType {
  matches: (head: Buffer) => boolean
}

const SIGNATURES: Signature[] = [
  { format: 'jpeg', mime: 'image/jpeg', matches: startsWith('ffd8ff') },
  { format: 'png', mime: 'image/png', matches: startsWith('89504e470d0a1a0a') },
  { format: 'gif', mime: 'image/gif', matches: (head) => /^GIF8[79]a/.test(text(head, 0, 6)) },
  { format: 'webp', mime: 'image/webp', matches: riff('WEBP') },
  { format: 'tiff', mime: 'image/tiff', matches: startsWith('49492a00', '4d4d002a', '49492b00', '4d4d002b') },
  { format: 'avif', mime: 'image/avif', matches: brand(/^avi[fs]$/) },
  { format: 'heic', mime: 'image/heic', matches: brand(/^(hei[cxms]|hev[cxms])$/) },
  { format: 'heif', mime: 'image/heif', matches: brand(/^(mif1|msf1)$/) },
  { format: 'cr3', mime: 'image/x-canon-cr3', matches: brand(/^crx $/) },
  { format: 'mov', mime: 'video/quicktime', matches: brand(/^qt {2}$/) },
  { format: 'm4a', mime: 'audio/mp4', matches: brand(/^M4[AB] $/) },
  { format: 'mp4', mime: 'video/mp4', matches: brand(/^(isom|iso\d|mp4\d|avc1|dash|M4V |3g[p2].)$/) },
  { format: 'jxl', mime: 'image/jxl', matches: startsWith('ff0a', '0000000c4a584c200d0a870a') },
  { format: 'jp2', mime: 'image/jp2', matches: startsWith('ff4fff51', '0000000c6a5020200d0a870a') },
  { format: 'pdf', mime: 'application/pdf', matches: startsWith('255044462d') },
  { format: 'psd', mime: 'image/vnd.adobe.photoshop', matches: startsWith('38425053') },
  // 'BM' alone begins many a text; the size of the second header is one of a few
  {
    format: 'bmp',
    mime: 'image/bmp',
    matches: (head) => text(head, 0, 2) === 'BM' && BMP_HEADERS.has(head.subarray(14, 18).toString('hex')),
  },
  {
    format: 'ico',
    mime: 'image/x-icon',
    matches: (head) => startsWith('00000100')(head) && head[4] !== 0 && head[9] === 0,
  },
  { format: 'zip', mime: 'application/zip', matches: startsWith('504b0304', '504b0506') },
  { format: 'gz', mime: 'application/gzip', matches: startsWith('1f8b08') },
]

const BMP_HEADERS = new Set(['0c000000', '28000000', '34000000', '38000000', '40000000', '6c000000', '7c000000'])

function startsWith(...signatures: string[]): (head: Buffer) => boolean {
  const bytes = signatures.map((signature) => Buffer.from(signature, 'hex'))
  return (head) => bytes.some((signature) => head.subarray(0, signature.length).equals(signature))
}

function riff(kind: string): (head: Buffer) => boolean {
  return (head) => text(head, 0, 4) === 'RIFF' && text(head, 8, 12) === kind
}

// ISO base media: one major brand, a version, then the compatible brands
function brand(pattern: RegExp): (head: Buffer) => boolean {
  return (head) => {
    if (text(head, 4, 8) !== 'ftyp') return false
    const listed = text(head, 8, Math.min(head.readUInt32BE(0), 256)).match(/[^]{4}/g) ?? []
    return listed.some((name, index) => index !== 1 && pattern.test(name))
  }
}

function text(head: Buffer, start: number, end: number): string {
  return head.toString('latin1', start, end)
}
