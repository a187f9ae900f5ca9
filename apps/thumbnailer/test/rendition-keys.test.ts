import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { renditionKeys, renditionPrefix } from '../src/rendition-keys.ts'

describe('renditionKeys', () => {
  it('keeps the name readable, one key per size', () => {
    const keys = renditionKeys('holiday/beach 1.jpg', { sizes: [1024, 128], format: 'webp', quality: 80 })

    expect(keys).toEqual(['holiday/beach%201.jpg@1024.webp', 'holiday/beach%201.jpg@128.webp'])
  })
})

describe('renditionPrefix', () => {
  it.each([
    ['../../etc/passwd', '%2E%2E/%2E%2E/etc/passwd@'],
    ['./a..b', '%2E/a..b@'],
    ['line\nbreak\0', 'line%0Abreak%00@'],
    ['photo@2x.png', 'photo%402x.png@'],
    ['100%.jpg', '100%25.jpg@'],
    ['a=b@c', 'a%3Db%40c@'],
  ])('makes %j safe', (key, prefix) => {
    expect(renditionPrefix(key)).toBe(prefix)
  })

  it.each(['😀'.repeat(256), 'a'.repeat(1024), `${'a/'.repeat(511)}..`])('leaves room for the size after %#', (key) => {
    const [largest] = renditionKeys(key, { sizes: [16_383], format: 'webp', quality: 80 })

    expect(Buffer.byteLength(largest)).toBeLessThanOrEqual(1024)
  })

  it('keeps two long names apart that begin alike', () => {
    const start = 'a'.repeat(1010)

    expect(renditionPrefix(`${start}1`)).not.toBe(renditionPrefix(`${start}2`))
  })

  it('never is the beginning of what belongs to another object', () => {
    const part = fc.constantFrom('a', 'b', '/', '@', '=', '%', '.', '%40', '1024.webp', 'é', 'x'.repeat(600))
    const key = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''))

    fc.assert(
      fc.property(key, key, (one, other) => {
        fc.pre(one !== other)
        expect(`${renditionPrefix(other)}1024.webp`.startsWith(renditionPrefix(one))).toBe(false)
      }),
    )
  })
})
