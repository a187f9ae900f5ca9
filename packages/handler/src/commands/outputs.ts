/** An uploaded object as the bucket's listing tells it. */
export interface ListedObject {
  key: string
  /** Without quotes. */
  eTag: string
  /** Bytes. */
  size: number
  /** To the second. */
  lastModified: Date
  /** In an archive: its bytes cannot be read until it is restored. */
  isArchived?: boolean
}

/** One thing that a subscriber keeps: an object in its bucket, or an item in its table. */
export interface Output {
  /** Its key in the bucket, or its partition key in the table. */
  key: string
  /** Of an object. */
  lastModified?: Date
  /** An item's attributes; an object's user metadata, but only after somebody had to `look`. */
  attributes?: Readonly<Record<string, unknown>>
}

/**
 * - `current`: as it should be.
 * - `missing`, `outdated`: not as the object is now.
 * - `orphaned`: the object is gone.
 * - `archived`: not as it should be, and it cannot be made so until the object is restored.
 * - `look`: a listing does not tell; ask again with the metadata.
 */
export type Comparison = 'current' | 'missing' | 'outdated' | 'orphaned' | 'archived' | 'look'

/**
 * What a subscriber keeps of each object, told so that `fanout reconcile` can compare it with the bucket and `fanout status`
 * can show it: the default export of the app's `outputs.ts`, which the operator finds by folder. All of it is pure; the
 * operator reads bucket and table.
 */
export interface Outputs {
  kind: 'bucket' | 'table'
  /** The environment name of the bucket or table, as in `infra.ts`. */
  resource: string
  /** Of a table's items: the partition key first. */
  attributes?: readonly [string, ...string[]]
  /** Whether it hears of this object at all; absent: of every one. */
  isFor?(objectKey: string): boolean
  /**
   * What all outputs of an object have in common and none of another's: in a bucket the prefix of their keys, in a table the
   * partition key.
   */
  nameOf(objectKey: string): string
  /** The name in an output's key; undefined for what is not ours. */
  nameIn(outputKey: string): string | undefined
  /** Whose outputs they are; undefined where the name does not tell. */
  objectKeyOf(name: string): string | undefined
  /** A prefix under which the outputs of all objects lie whose keys begin with `prefix`. */
  listUnder?(prefix: string): string
  /** @param environment the function's variables */
  compare(
    object: ListedObject | undefined,
    outputs: readonly Output[],
    environment: Readonly<Record<string, string>>,
  ): Comparison
  /** For a person, in one line. */
  describe(outputs: readonly Output[]): string
}
