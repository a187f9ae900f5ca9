import type { NewRendition, StoredRendition, ThumbnailStore } from './thumbnail-store.ts'

/**
 * Puts the wanted renditions in place of all stored ones and says how many objects it changed; `conflict` as soon as one
 * is not as it was found. The rendition `firstKey` is written before the others and removed after them.
 */
export async function replaceRenditions(
  stored: StoredRendition[],
  wanted: NewRendition[],
  firstKey: string,
  store: ThumbnailStore,
): Promise<number | 'conflict'> {
  const put = (rendition: NewRendition) => {
    return store.putRendition(rendition, stored.find(({ key }) => key === rendition.key)?.eTag)
  }
  const [first, ...others] = wanted
  if (first && !(await put(first))) return 'conflict'
  const written = await settleAll(others.map(put))
  if (written.includes(false)) return 'conflict'

  const wantedKeys = new Set(wanted.map(({ key }) => key))
  const strays = stored.map(({ key }) => key).filter((key) => !wantedKeys.has(key))
  await settleAll(strays.filter((key) => key !== firstKey).map((key) => store.deleteRendition(key)))
  if (strays.includes(firstKey)) await store.deleteRendition(firstKey)
  return wanted.length + strays.length
}

// Promise.all gives up at the first failure and leaves the rest under way: it might land after the retry.
async function settleAll<T>(promises: Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises)
  return Promise.all(promises)
}
