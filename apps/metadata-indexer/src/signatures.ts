import type { FileType } from './sniff-type.ts'

export interface Signature extends FileType {
  matches: (head: Buffer) => boolean
}

const OFFICE = 'application/vnd.openxmlformats-officedocument'
const BMP_HEADERS = new Set(['0c000000', '28000000', '34000000', '38000000', '40000000', '6c000000', '7c000000'])

/** Types that begin with bytes of their own; the first that matches counts. */
export const SIGNATURES: readonly Signature[] = [
  of('jpeg', 'image/jpeg', startsWith('ffd8ff')),
  of('png', 'image/png', startsWith('89504e470d0a1a0a')),
  of('gif', 'image/gif', (head) => /^GIF8[79]a/.test(text(head, 0, 6))),
  of('webp', 'image/webp', isRiff('WEBP')),
  of('avif', 'image/avif', hasBrand(/^avi[fs]$/)),
  of('heic', 'image/heic', hasMajorBrand(/^he(ic|ix|im|is|vc|vx|vm|vs)$/)),
  of('heif', 'image/heif', hasBrand(/^(m[is]f1|heic)$/)),
  of('cr2', 'image/x-canon-cr2', startsWith('49492a001000000043520200')),
  of('tiff', 'image/tiff', startsWith('49492a00', '4d4d002a', '49492b00', '4d4d002b')),
  of('cr3', 'image/x-canon-cr3', hasBrand(/^crx $/)),
  of('raf', 'image/x-fuji-raf', startsWith(ascii('FUJIFILMCCD-RAW'))),
  of('jxl', 'image/jxl', startsWith('ff0a', '0000000c4a584c200d0a870a')),
  of('jp2', 'image/jp2', startsWith('ff4fff51', '0000000c6a5020200d0a870a')),
  of('psd', 'image/vnd.adobe.photoshop', startsWith(ascii('8BPS'))),
  // 'BM' alone begins many a text; the size of the second header is one of a few
  of('bmp', 'image/bmp', (head) => text(head, 0, 2) === 'BM' && BMP_HEADERS.has(head.subarray(14, 18).toString('hex'))),
  of('ico', 'image/x-icon', (head) => startsWith('00000100')(head) && head[4] !== 0 && head[9] === 0),

  of('mov', 'video/quicktime', hasMajorBrand(/^qt {2}$/)),
  of('m4a', 'audio/mp4', hasMajorBrand(/^M4[AB] $/)),
  of('3gp', 'video/3gpp', hasMajorBrand(/^3g[2gp].$/)),
  of('mp4', 'video/mp4', hasBrand(/^(isom|iso\d|mp4\d|avc1|dash|M4V )$/)),
  of('webm', 'video/webm', (head) => startsWith('1a45dfa3')(head) && text(head, 0, 64).includes('webm')),
  of('mkv', 'video/x-matroska', startsWith('1a45dfa3')),
  of('avi', 'video/x-msvideo', isRiff('AVI ')),
  of('wav', 'audio/wav', isRiff('WAVE')),
  of('mp3', 'audio/mpeg', startsWith(ascii('ID3'), 'fffb', 'fff3', 'fff2')),
  of('flac', 'audio/flac', startsWith(ascii('fLaC'))),
  of('ogg', 'audio/ogg', startsWith(ascii('OggS'))),

  of('pdf', 'application/pdf', startsWith(ascii('%PDF-'))),
  of('docx', `${OFFICE}.wordprocessingml.document`, hasZipEntry('word/')),
  of('xlsx', `${OFFICE}.spreadsheetml.sheet`, hasZipEntry('xl/')),
  of('pptx', `${OFFICE}.presentationml.presentation`, hasZipEntry('ppt/')),
  of('epub', 'application/epub+zip', hasZipEntry('mimetypeapplication/epub+zip')),
  of('odt', 'application/vnd.oasis.opendocument.text', hasZipEntry('mimetypeapplication/vnd.oasis.opendocument.text')),
  of('zip', 'application/zip', startsWith('504b0304', '504b0506')),
  of('gz', 'application/gzip', startsWith('1f8b08')),
  of('bz2', 'application/x-bzip2', (head) => /^BZh[1-9]/.test(text(head, 0, 4))),
  of('xz', 'application/x-xz', startsWith('fd377a585a00')),
  of('zst', 'application/zstd', startsWith('28b52ffd')),
  of('7z', 'application/x-7z-compressed', startsWith('377abcaf271c')),
  of('rar', 'application/vnd.rar', startsWith('526172211a07')),
  of('tar', 'application/x-tar', (head) => text(head, 257, 262) === 'ustar'),
  of('parquet', 'application/vnd.apache.parquet', startsWith(ascii('PAR1'))),
  of('sqlite', 'application/vnd.sqlite3', startsWith(ascii('SQLite format 3\0'))),
  of('wasm', 'application/wasm', startsWith('0061736d')),
  of('elf', 'application/x-elf', startsWith('7f454c46')),
  of('rtf', 'application/rtf', startsWith(ascii('{\\rtf1'))),
]

function of(format: string, mime: string, matches: Signature['matches']): Signature {
  return { format, mime, matches }
}

function startsWith(...signatures: string[]): Signature['matches'] {
  const bytes = signatures.map((signature) => Buffer.from(signature, 'hex'))
  return (head) => bytes.some((signature) => head.subarray(0, signature.length).equals(signature))
}

function isRiff(kind: string): Signature['matches'] {
  return (head) => text(head, 0, 4) === 'RIFF' && text(head, 8, 12) === kind
}

function hasBrand(pattern: RegExp): Signature['matches'] {
  return (head) => brands(head).some((brand) => pattern.test(brand))
}

function hasMajorBrand(pattern: RegExp): Signature['matches'] {
  return (head) => pattern.test(brands(head)[0] ?? '')
}

// ISO base media: one major brand, a version, then the compatible brands
function brands(head: Buffer): string[] {
  if (text(head, 4, 8) !== 'ftyp') return []
  const listed = text(head, 8, Math.min(head.readUInt32BE(0), 256)).match(/[^]{4}/g) ?? []
  return listed.filter((_, index) => index !== 1)
}

// Names stand uncompressed between the entries, and the contents of one called mimetype, too
function hasZipEntry(name: string): Signature['matches'] {
  return (head) => text(head, 0, 4) === 'PK\x03\x04' && head.includes(name)
}

function text(head: Buffer, start: number, end: number): string {
  return head.toString('latin1', start, end)
}

function ascii(name: string): string {
  return Buffer.from(name, 'latin1').toString('hex')
}
