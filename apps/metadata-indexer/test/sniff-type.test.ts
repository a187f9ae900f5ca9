import { describe, expect, it } from 'vitest'
import { sniffType } from '../src/sniff-type.ts'

describe('sniffType', () => {
  it.each([
    ['jpeg', 'ffd8ffe0'],
    ['png', '89504e470d0a1a0a'],
    ['gif', ascii('GIF89a')],
    ['webp', ascii('RIFF....WEBP')],
    ['wav', ascii('RIFF....WAVE')],
    ['avi', ascii('RIFF....AVI ')],
    ['tiff', '49492a0008000000'],
    ['tiff', '4d4d002b'],
    ['cr2', '49492a001000000043520200'],
    ['avif', fileType('avif')],
    ['avif', fileType('mif1', 'avif', 'miaf')],
    ['heic', fileType('heic')],
    ['heif', fileType('mif1', 'heic')],
    ['heif', fileType('mif1')],
    ['mp4', fileType('isom', 'iso2', 'mp41')],
    ['mov', fileType('qt  ')],
    ['m4a', fileType('M4A ', 'isom')],
    ['cr3', fileType('crx ', 'isom')],
    ['jxl', 'ff0a'],
    ['jp2', '0000000c6a5020200d0a870a'],
    ['pdf', ascii('%PDF-1.7')],
    ['zip', '504b0304'],
    ['docx', ascii('PK\x03\x04........[Content_Types].xml PK\x03\x04 word/document.xml')],
    ['epub', ascii('PK\x03\x04........mimetypeapplication/epub+zipPK')],
    ['gz', '1f8b08'],
    ['tar', `${'61'.repeat(257)}${ascii('ustar')}`],
    ['mp3', ascii('ID3\x04')],
    ['mkv', '1a45dfa3'],
    ['webm', `1a45dfa301${ascii('B\x82\x84webm')}`],
    ['3gp', fileType('3gp5', 'isom')],
    ['svg', ascii('<?xml version="1.0"?>\n<svg xmlns="x">')],
    ['svg', ascii('<!-- a drawing --><svg>')],
    ['html', ascii('<!DOCTYPE html><svg>')],
    ['html', ascii('  <html>')],
    ['xml', ascii('<?xml version="1.0"?><feed>')],
    ['json', ascii('{"a": [1, 2]}')],
    ['text', ascii('hello')],
    ['text', ascii('BM is how this text begins')],
    ['text', ascii('{this is no JSON')],
    ['text', Buffer.from('\uFEFFÜmläute 😀').toString('hex')],
    ['text', 'fffe680065006c006c006f00'],
    ['text', 'feff00680065006c006c006f'],
    ['text', `${ascii('x'.repeat(4095))}c3a4`],
    ['binary', '0001020304'],
    ['binary', ascii('text\0with a zero')],
    ['binary', 'ff00fe80'],
  ])('finds %s in %s', (format, hex) => {
    expect(sniffType(Buffer.from(hex, 'hex'))?.format).toBe(format)
  })

  it('gives an empty file no type', () => {
    expect(sniffType(Buffer.alloc(0))).toBeUndefined()
  })
})

function ascii(text: string): string {
  return Buffer.from(text, 'latin1').toString('hex')
}

/** The first box of an ISO base media file. */
function fileType(major: string, ...compatible: string[]): string {
  const size = 16 + 4 * compatible.length
  return `${size.toString(16).padStart(8, '0')}${ascii(`ftyp${major}\0\0\0\0${compatible.join('')}`)}`
}
