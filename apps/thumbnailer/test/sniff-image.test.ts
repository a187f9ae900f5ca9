import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { refuseType, sniffImage } from '../src/sniff-image.ts'

const ftyp = (major: string, ...compatible: string[]) => {
  const box = Buffer.from(`....ftyp${major}\0\0\0\0${compatible.join('')}`, 'latin1')
  box.writeUInt32BE(box.length)
  return box
}
const hex = (digits: string) => Buffer.from(digits.padEnd(64, '0'), 'hex')

describe('sniffImage', () => {
  it.each([
    ['JPEG', hex('ffd8ffe0')],
    ['PNG', hex('89504e470d0a1a0a')],
    ['GIF', Buffer.from('GIF89a')],
    ['WebP', Buffer.from('RIFF\0\0\0\0WEBPVP8 ')],
    ['TIFF', hex('49492a00')],
    ['TIFF', hex('4d4d002a')],
    ['AVIF', ftyp('avif', 'mif1', 'miaf')],
    ['AVIF', ftyp('mif1', 'avif')],
  ])('knows a %s that we decode', (name, head) => {
    expect(sniffImage(head)).toEqual({ name, supported: true })
  })

  it.each([
    ['HEIC', ftyp('heic', 'mif1')],
    ['HEIC', ftyp('mif1', 'heic')],
    ['camera raw', ftyp('crx ', 'isom')],
    ['JPEG XL', hex('ff0a')],
    ['JPEG XL', hex('0000000c4a584c200d0a870a')],
    ['JPEG 2000', hex('0000000c6a5020200d0a870a')],
    ['PDF', Buffer.from('%PDF-1.7')],
    ['PSD', Buffer.from('8BPS')],
    ['BMP', hex('424d36000000000000003600000028000000')],
    ['ICO', hex('00000100010010100000')],
    ['OpenEXR', hex('762f310102')],
    ['Radiance HDR', Buffer.from('#?RADIANCE\nFORMAT=32-bit_rle_rgbe')],
    ['PNM', Buffer.from('P6\n# a comment\n640 480 255 ')],
    ['QOI', Buffer.from('qoif\0\0\0\x09')],
    ['camera raw', Buffer.from('FUJIFILMCCD-RAW 0201')],
    ['SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['SVG', Buffer.from('\uFEFF <?xml version="1.0"?>\n<!-- a -->\n<!DOCTYPE svg [<!ENTITY a "b">]>')],
  ])('knows a %s that we do not decode', (name, head) => {
    expect(sniffImage(head)).toEqual({ name, supported: false })
  })

  it.each([
    ['text', Buffer.from('BMW and other words')],
    ['a text about a motorway', Buffer.from('P6 is a road')],
    ['HTML with an SVG in it', Buffer.from('<!doctype html><svg></svg>')],
    ['XML', Buffer.from('<?xml version="1.0"?><feed/>')],
    ['a film', ftyp('isom', 'mp42')],
    ['a sound', Buffer.from('RIFF\0\0\0\0WAVEfmt ')],
    ['nothing', Buffer.alloc(0)],
    ['a ftyp box that is cut off', Buffer.from('\0\0\0\x20ftyp', 'latin1')],
  ])('sees no image in %s', (_, head) => {
    expect(sniffImage(head)).toBeUndefined()
  })
})

describe('refuseType', () => {
  it('judges by the bytes, not by the name', () => {
    expect(refuseType(hex('ffd8ffe0'), 'notes.txt')).toBeUndefined()
  })

  it('skips what does not claim to be an image', () => {
    expect(refuseType(Buffer.from('hello'), 'notes.txt')).toEqual({ type: 'skipped', reason: 'not an image' })
    expect(refuseType(Buffer.alloc(0), '_SUCCESS')).toEqual({ type: 'skipped', reason: 'not an image' })
  })

  it.each([
    ['page.JPG', Buffer.from('<html></html>'), 'not an image that we know, though named .jpg'],
    ['a.svgz', gzipSync('<svg/>'), 'not an image that we know, though named .svgz'],
    ['a.png', Buffer.alloc(0), 'empty file'],
    ['a.jpg', Buffer.from('%PDF-1.7'), 'PDF is not supported'],
  ])('rejects %s, whose owner should know', (name, head, reason) => {
    expect(refuseType(head, name)).toEqual({ type: 'rejected', reason })
  })
})
