import { SIGNATURES } from './signatures.ts'
import { sniffText } from './sniff-text.ts'

/** What the first bytes of a file say it is. */
export interface FileType {
  /** A short name, e.g. `jpeg`. */
  format: string
  mime: string
}

const SNIFF_BYTES = 4096
const BINARY: FileType = { format: 'binary', mime: 'application/octet-stream' }

/** By the bytes alone, whatever the name or the Content-Type; `undefined` for an empty file. */
export function sniffType(start: Buffer): FileType | undefined {
  if (start.length === 0) return undefined
  const head = start.subarray(0, SNIFF_BYTES)
  const signature = SIGNATURES.find(({ matches }) => matches(head))
  if (signature) return { format: signature.format, mime: signature.mime }
  return sniffText(head) ?? BINARY
}
