import type { IndexRow } from '@fanout/schemas'

/** The table of rows. Every method throws on what a retry may cure. */
export interface IndexStore {
  /** As it is now, not as it was a moment ago. */
  getRow: (key: string) => Promise<IndexRow | undefined>
  /** Puts the row in place of any whose order is not newer; false if there is a newer one. */
  putUnlessNewer: (row: IndexRow & { order: string }) => Promise<boolean>
  /** Puts the row in place of the one that has this revision, or where none is; false if that is not what is there. */
  replaceRow: (row: IndexRow, revision: string | undefined) => Promise<boolean>
}
