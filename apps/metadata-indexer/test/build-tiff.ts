/** The value of a field: text, or numbers of a type. Fractions are pairs. */
export type FieldValue = string | { type: 1 | 3 | 4 | 5 | 7 | 10 | 13 | 129; values: number[] }

/** Fields by tag. A directory stands for the offset at which it is put. */
export interface Directory {
  [tag: number]: FieldValue | Directory
}

export interface TiffOptions {
  isLittle?: boolean
  /** Bytes between the header and the first directory. */
  gap?: number
}

const SIZES = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 4, 7: 1, 10: 4, 13: 4, 129: 1 }

/** A TIFF structure, which is also what EXIF is. */
export function buildTiff(image: Directory, { isLittle = true, gap = 0 }: TiffOptions = {}): Buffer {
  const write = writer(isLittle)
  const first = 8 + gap
  const directories = placeDirectories(image, first, write)
  const header = Buffer.concat([Buffer.from(isLittle ? 'II' : 'MM'), write(2, 42), write(4, first)])
  return Buffer.concat([header, Buffer.alloc(gap), directories])
}

type Write = (size: number, number: number) => Buffer

const writer =
  (isLittle: boolean): Write =>
  (size, number) => {
    const bytes = Buffer.alloc(size)
    const unsigned = number < 0 ? number + 2 ** (8 * size) : number
    if (isLittle) bytes.writeUIntLE(unsigned, 0, size)
    else bytes.writeUIntBE(unsigned, 0, size)
    return bytes
  }

/** The directory, and behind it the values that do not fit into it and the directories in it. */
function placeDirectories(directory: Directory, offset: number, write: Write): Buffer {
  const tags = Object.entries(directory)
  const entries: Buffer[] = [write(2, tags.length)]
  const rest: Buffer[] = []
  let end = offset + 2 + tags.length * 12 + 4
  const append = (bytes: Buffer) => {
    rest.push(bytes)
    end += bytes.length
    return write(4, end - bytes.length)
  }
  for (const [tag, value] of tags) {
    const { type, count, bytes } = isDirectory(value)
      ? { type: 4, count: 1, bytes: append(placeDirectories(value, end, write)) }
      : encode(value, write)
    const place = bytes.length <= 4 ? Buffer.concat([bytes, Buffer.alloc(4)]).subarray(0, 4) : append(bytes)
    entries.push(write(2, Number(tag)), write(2, type), write(4, count), place)
  }
  return Buffer.concat([...entries, write(4, 0), ...rest])
}

function encode(value: FieldValue, write: Write) {
  if (typeof value === 'string') {
    const bytes = Buffer.from(`${value}\0`)
    return { type: 2, count: bytes.length, bytes }
  }
  const { type, values } = value
  const bytes = Buffer.concat(values.map((number) => write(SIZES[type], number)))
  return { type, count: type === 5 || type === 10 ? values.length / 2 : values.length, bytes }
}

function isDirectory(value: FieldValue | Directory): value is Directory {
  return typeof value === 'object' && !('values' in value)
}
