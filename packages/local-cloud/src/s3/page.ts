export interface PageRequest {
  prefix?: string | undefined
  delimiter?: string | undefined
  max: number
  /** Where the last page ended: a key or a common prefix, and perhaps a place among the entries of that key. */
  after?: string | undefined
  within?: string | undefined
}

export interface Page<Item> {
  items: Item[]
  /** Common prefixes. */
  prefixes: string[]
  isTruncated: boolean
  /** The key or common prefix that this page ends with, and the item if it was one. */
  last: { name: string; item?: Item } | undefined
}

/** Entries in the order of their keys' bytes, from a key on; of this first key only those that come after `within`. */
type Scan<Item> = (from: Buffer, within: string | undefined) => Iterable<Item>

/**
 * One page of a listing as all of S3's listings make it: what follows the delimiter after the prefix is rolled up, and a
 * rolled up prefix counts as one. A folder is skipped by one seek, however much is in it.
 */
export function readPage<Item extends { key: string }>(scan: Scan<Item>, request: PageRequest): Page<Item> {
  const { prefix = '', delimiter, max, after } = request
  const page: Page<Item> = { items: [], prefixes: [], isTruncated: false, last: undefined }
  if (max === 0) return page

  function rollUp(key: string): string | undefined {
    const end = delimiter && key.startsWith(prefix) ? key.indexOf(delimiter, prefix.length) : -1
    return delimiter && end >= 0 ? key.slice(0, end + delimiter.length) : undefined
  }

  function start(): { from: Buffer; within?: string | undefined } {
    const first = Buffer.from(prefix)
    const folder = after && rollUp(after)
    const { within } = request
    const from = folder ? pastFolder(folder) : Buffer.from(within || !after ? (after ?? '') : `${after}\0`)
    return from.compare(first) < 0 ? { from: first } : { from, within: folder ? undefined : within }
  }

  /** Takes entries up to the first of a folder and returns it. */
  function fill({ from, within }: ReturnType<typeof start>): string | undefined {
    for (const item of scan(from, within)) {
      if (!item.key.startsWith(prefix)) return undefined
      if (page.items.length + page.prefixes.length === max) {
        page.isTruncated = true
        return undefined
      }
      const folder = rollUp(item.key)
      page.last = folder ? { name: folder } : { name: item.key, item }
      if (folder) return folder
      page.items.push(item)
    }
    return undefined
  }

  for (let folder = fill(start()); folder !== undefined; folder = fill({ from: pastFolder(folder) })) {
    page.prefixes.push(folder)
  }
  return page
}

/** No key has the byte FF: this is where the next key can be that does not start with the folder. */
function pastFolder(folder: string): Buffer {
  return Buffer.concat([Buffer.from(folder), Buffer.of(0xff)])
}
