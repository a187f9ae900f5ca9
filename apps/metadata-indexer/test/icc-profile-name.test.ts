import { describe, expect, it } from 'vitest'
import { iccProfileName } from '../src/icc-profile-name.ts'

describe('iccProfileName', () => {
  it('reads the description of a profile of version 2', () => {
    expect(iccProfileName(profile('desc', Buffer.concat([u32(18), Buffer.from('sRGB IEC61966-2.1\0')])))).toBe(
      'sRGB IEC61966-2.1',
    )
  })

  it('reads the first of the languages of a profile of version 4', () => {
    const text = Buffer.from('Display P3', 'utf16le').swap16()
    const [records, recordSize] = [u32(1), u32(12)]
    const record = Buffer.concat([Buffer.from('enUS'), u32(text.length), u32(28)])

    expect(iccProfileName(profile('mluc', Buffer.concat([records, recordSize, record, text])))).toBe('Display P3')
  })

  it('has no name for a profile without one', () => {
    expect(iccProfileName(profile('text', Buffer.from('no')))).toBeUndefined()
    expect(iccProfileName(profile('desc', Buffer.concat([u32(1), Buffer.from('\0')])))).toBeUndefined()
    expect(iccProfileName(Buffer.alloc(132))).toBeUndefined()
  })

  it('throws a RangeError for what is no profile', () => {
    expect(() => iccProfileName(Buffer.alloc(10))).toThrow(RangeError)
  })
})

/** A profile with two tags, the second of which is its description. */
function profile(type: string, content: Buffer): Buffer {
  const tag = Buffer.concat([Buffer.from(type), u32(0), content])
  const offset = 128 + 4 + 2 * 12
  const entry = (name: string) => Buffer.concat([Buffer.from(name), u32(offset), u32(tag.length)])
  return Buffer.concat([Buffer.alloc(128), u32(2), entry('cprt'), entry('desc'), tag])
}

function u32(number: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(number)
  return bytes
}
