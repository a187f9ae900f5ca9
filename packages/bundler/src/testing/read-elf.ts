/** What a native file demands of the machine that loads it. */
export interface Elf {
  machine: 'aarch64' | 'other'
  /** Versions of the system's libraries, e.g. `GLIBC_2.28`. */
  versions: string[]
}

const AARCH64 = 183
// Section type SHT_GNU_verneed: which versions of which library are needed
const VERSION_NEEDS = 0x6ffffffe

/**
 * Reads a 64-bit little-endian ELF file; undefined for any other file.
 * @see https://refspecs.linuxfoundation.org/LSB_5.0.0/LSB-Core-generic/LSB-Core-generic/symversion.html
 */
export function readElf(file: Buffer): Elf | undefined {
  if (file.length < 64 || file.readUInt32BE(0) !== 0x7f454c46) return undefined
  if (file[4] !== 2 || file[5] !== 1) return { machine: 'other', versions: [] }
  const sections = readSections(file)
  const versions = sections
    .filter(({ type }) => type === VERSION_NEEDS)
    .flatMap(({ offset, link }) => readVersionNeeds(file, offset, sections[link]?.offset ?? 0))
  return { machine: file.readUInt16LE(18) === AARCH64 ? 'aarch64' : 'other', versions: [...new Set(versions)] }
}

function readSections(file: Buffer) {
  const start = Number(file.readBigUInt64LE(40))
  const size = file.readUInt16LE(58)
  return Array.from({ length: file.readUInt16LE(60) }, (_, index) => {
    const header = file.subarray(start + index * size)
    return { type: header.readUInt32LE(4), offset: Number(header.readBigUInt64LE(24)), link: header.readUInt32LE(40) }
  })
}

/** A list of libraries, each with a list of versions; every item says how far away the next one is, the last says 0. */
function readVersionNeeds(file: Buffer, offset: number, names: number): string[] {
  const versions: string[] = []
  for (let library = offset, next = -1; next !== 0; library += next) {
    for (let version = library + file.readUInt32LE(library + 8), step = -1; step !== 0; version += step) {
      const name = names + file.readUInt32LE(version + 8)
      versions.push(file.toString('latin1', name, file.indexOf(0, name)))
      step = file.readUInt32LE(version + 12)
    }
    next = file.readUInt32LE(library + 12)
  }
  return versions
}
