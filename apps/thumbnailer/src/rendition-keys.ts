import { createHash } from 'node:crypto'
import type { RenditionSpec } from './rendition-spec.ts'

// S3 allows 1,024 bytes; this leaves room for '@65535.webp'.
const LONGEST_NAME = 1000
// What is left of a long name, before its hash
const LONGEST_FOLDER = 900

/**
 * Where the renditions of one object lie: `holiday/beach 1.jpg` gives `holiday/beach%201.jpg@`. Readable in a listing,
 * and since '@' never occurs in the encoded name, no object's prefix is the beginning of another's: removing
 * everything under it is safe. Names that would grow too long keep their beginning and end in '=' and a hash ('=' never
 * occurs in an encoded name either).
 */
export function renditionPrefix(objectKey: string): string {
  const name = objectKey.split('/').map(encodeSegment).join('/')
  if (name.length <= LONGEST_NAME) return `${name}@`
  const hash = createHash('sha256').update(objectKey).digest('hex')
  const start = name.slice(0, LONGEST_NAME - hash.length - 1).replace(/%.?$/, '')
  return `${start}=${hash}@`
}

export function renditionKey(objectKey: string, size: number, { format }: RenditionSpec): string {
  return `${renditionPrefix(objectKey)}${size}.${format}`
}

/** One key per configured size, in the spec's order. */
export function renditionKeys(objectKey: string, spec: RenditionSpec): [string, ...string[]] {
  const [largest, ...others] = spec.sizes
  return [renditionKey(objectKey, largest, spec), ...others.map((size) => renditionKey(objectKey, size, spec))]
}

/** The object that a {@link renditionPrefix} belongs to; undefined where a hash stands for a part of its key. */
export function objectKeyOf(prefix: string): string | undefined {
  const name = prefix.slice(0, -1)
  return name.includes('=') ? undefined : name.split('/').map(decodeURIComponent).join('/')
}

/** Under which all renditions of objects lie whose keys begin with `keyPrefix`: as far as that names whole folders. */
export function renditionFolder(keyPrefix: string): string {
  const folders = keyPrefix.split('/').slice(0, -1)
  return folders
    .map((segment) => `${encodeSegment(segment)}/`)
    .join('')
    .slice(0, LONGEST_FOLDER)
}

// '.' and '..' would climb out of the folder when somebody copies the bucket to a disk
function encodeSegment(segment: string): string {
  return /^\.\.?$/.test(segment) ? segment.replaceAll('.', '%2E') : encodeURIComponent(segment)
}
