export interface PageRequest {
  prefix?: string | undefined
  delimiter?: string | undefined
  max: number
  /** Where the last page ended: a key or a common prefix, and perhaps an id among the entries of that key. */
  after?: string | undefined
  afterId?: string | undefined
}

/** Entries in the order of their keys' bytes, from a key on; of this first key only those that come after an id. */
export type Scan<Item> = (from: Buffer, afterId: string | undefined) => Iterable<Item>

export interface Page<Item> {
  items: Item[]
  /** Common prefixes. */
  prefixes: string[]
  isTruncated: boolean
  /** The key or common prefix that this page ends with, and the item if it was one. */
  last?: { name: string; item?: Item }
}

/**
 * One page of a listing as all of S3's listings make it: what follows the delimiter after the prefix is rolled up, and a
 * rolled up prefix counts as one. A folder is skipped by one seek, however much is in it.
 */
export function readPage<Item extends { key: string }>(scan: Scan<Item>, request: PageRequest): Page<Item> {
  const { prefix = '', delimiter, max, after = '', afterId } = request
  const page: Page<Item> = { items: [], prefixes: [], isTruncated: false }
  if (max === 0) return page

  function rollUp(key: string): string | undefined {
    const end = delimiter && key.startsWith(prefix) ? key.indexOf(delimiter, prefix.length) : -1
    return delimiter && end >= 0 ? key.slice(0, end + delimiter.length) : undefined
  }

  /** Takes entries up to the first one of a folder, and returns the folder. */
  function fill(from: Buffer, afterId?: string): string | undefined {
    for (const item of scan(from, afterId)) {
      if (!item.key.startsWith(prefix)) return undefined
      page.isTruncated = page.items.length + page.prefixes.length === max
      if (page.isTruncated) return undefined
      const folder = rollUp(item.key)
      page.last = folder ? { name: folder } : { name: item.key, item }
      if (folder) return folder
      page.items.push(item)
    }
    return undefined
  }

  const first = Buffer.from(prefix)
  const seen = rollUp(after)
  const next = seen ? pastFolder(seen) : Buffer.from(after && afterId === undefined ? `${after}\0` : after)
  let folder = next.compare(first) < 0 ? fill(first) : fill(next, seen ? undefined : afterId)
  while (folder) {
    page.prefixes.push(folder)
    folder = fill(pastFolder(folder))
  }
  return page
}

/** No key has the byte FF: this is where the next key can be that does not start with the folder. */
function pastFolder(folder: string): Buffer {
  return Buffer.concat([Buffer.from(folder), Buffer.of(0xff)])
}
