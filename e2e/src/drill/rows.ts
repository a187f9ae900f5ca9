import type { IndexRow } from '@fanout/schemas'
import type { ExpectedState } from './expected-state.ts'

/** A live row for every object that is there, and a tombstone for every one that was. */
export function expectRows({ objects }: ExpectedState): Map<string, string> {
  const expected = new Map<string, string>()
  for (const [key, { live }] of objects) {
    if (!live) {
      expected.set(key, 'tombstone')
      continue
    }
    const { content, eTag, versionId, storageClass } = live
    expected.set(
      key,
      describe({
        eTag,
        versionId,
        size: content.bytes.length,
        declaredType: content.mediaType,
        storageClass,
        width: content.image?.width,
        height: content.image?.height,
      }),
    )
  }
  return expected
}

export function describeRows(rows: ReadonlyMap<string, IndexRow>): Map<string, string> {
  return new Map([...rows].map(([key, row]) => [key, row.deleted ? 'tombstone' : describe(row)]))
}

interface Live {
  eTag: string
  versionId?: string | undefined
  size: number
  declaredType?: string | undefined
  storageClass?: string | undefined
  width?: number | undefined
  height?: number | undefined
}

function describe({ eTag, versionId, size, declaredType, storageClass, width, height }: Live): string {
  return JSON.stringify({ eTag, versionId, size, declaredType, storageClass, width, height })
}
