/** A file of which not more than needed is read. */
export interface FileBytes {
  /** In bytes. */
  size: number
  /** Its beginning: all of it, or the first `FIRST_BYTES`. */
  start: Buffer
  /** Fills `into` with the bytes from `offset` on, all of which exist. */
  read: (into: Uint8Array, offset: number) => Promise<void>
}

/** Nearly every header with its EXIF lies in here. */
export const FIRST_BYTES = 256 * 1024
