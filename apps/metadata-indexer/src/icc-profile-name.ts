const HEADER = 128
const MAX_TAGS = 100

/** The description of a colour profile, e.g. `sRGB IEC61966-2.1`. @see https://www.color.org/specification/ICC.1-2022-05.pdf */
export function iccProfileName(profile: Buffer): string | undefined {
  const count = Math.min(profile.readUInt32BE(HEADER), MAX_TAGS)
  for (let tag = 0; tag < count; tag++) {
    const entry = HEADER + 4 + tag * 12
    if (profile.toString('latin1', entry, entry + 4) !== 'desc') continue
    const offset = profile.readUInt32BE(entry + 4)
    return clean(readText(profile.subarray(offset, offset + profile.readUInt32BE(entry + 8))))
  }
  return undefined
}

function readText(tag: Buffer): string {
  const type = tag.toString('latin1', 0, 4)
  if (type === 'desc') return tag.toString('latin1', 12, 12 + tag.readUInt32BE(8))
  if (type !== 'mluc') return ''
  // the first of its languages
  const [length, offset] = [tag.readUInt32BE(20), tag.readUInt32BE(24)]
  const text = Buffer.from(tag.subarray(offset, offset + Math.min(length, 256)))
  return (text.length % 2 === 0 ? text.swap16() : text).toString('utf16le')
}

function clean(text: string): string | undefined {
  return (
    text
      .split('\0', 1)
      .join()
      .replaceAll(/\p{Cc}+/gu, ' ')
      .trim()
      .slice(0, 64) || undefined
  )
}
