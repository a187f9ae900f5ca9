import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareSequencers, decodeKey, normalizeSequencer, UndecodableKeyError } from '../src/index.ts'
import { buildObjectEvent, encodeKey } from '../src/testing/index.ts'

describe('decodeKey', () => {
  test.each([
    ['red+flower.jpg', 'red flower.jpg'],
    ['a%2Bb.jpg', 'a+b.jpg'],
    ['a%252Bb.jpg', 'a%2Bb.jpg'],
    ['a%20b.jpg', 'a b.jpg'],
    ['caf%C3%A9.png', 'caf\u00e9.png'],
    ['cafe%CC%81.png', 'cafe\u0301.png'],
    ['line%0Abreak.txt', 'line\nbreak.txt'],
    ['..%2F..%2Fetc/passwd', '../../etc/passwd'],
  ])('%s is %j', (rawKey, key) => {
    expect(decodeKey(rawKey)).toBe(key)
  })

  test.each(['%', '%E0%A4%A', 'a%zz', '%FF'])('refuses %s with an error that names it', (rawKey) => {
    expect(() => decodeKey(rawKey)).toThrow(UndecodableKeyError)
    expect(() => decodeKey(rawKey)).toThrow(rawKey)
  })

  test('gives back every key that S3 allows, exactly once decoded', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }), (key) => {
        fc.pre(key.isWellFormed())
        expect(buildObjectEvent({ key }).key).toBe(key)
        expect(encodeKey(key)).toMatch(/^[\w.*%+/-]+$/)
      }),
    )
  })
})

describe('sequencers', () => {
  test.each([
    ['0055AED6DCD90281E5', '0055AED6DCD90281E6', -1],
    ['0055aed6dcd90281e5', '0055AED6DCD90281E5', 0],
    ['0055AED6DCD90281E5', '0055AED6DCD90281E500', 0],
    ['0056', '0055AED6DCD90281E5', 1],
    ['0055AED6DC', '0055AED6DCD90281E5', -1],
  ])('%s against %s is %d: the shorter is padded on the right', (a, b, expected) => {
    expect(compareSequencers(a, b)).toBe(expected)
    expect(compareSequencers(b, a)).toBe(0 - expected)
  })

  test('the stored form compares as a string just as the sequencers do', () => {
    const sequencer = fc.string({
      unit: fc.constantFrom(...'0123456789abcdefABCDEF'.split('')),
      minLength: 1,
      maxLength: 32,
    })
    // of so few digits many pairs differ by zeros at their ends alone
    const short = fc.string({ unit: fc.constantFrom('0', '1'), minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(fc.oneof(fc.tuple(sequencer, sequencer), fc.tuple(short, short)), ([a, b]) => {
        const [x, y] = [normalizeSequencer(a), normalizeSequencer(b)]
        expect(Math.sign(compareSequencers(a, b))).toBe(x < y ? -1 : x > y ? 1 : 0)
      }),
    )
  })
})
