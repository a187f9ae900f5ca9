import { open, stat } from 'node:fs/promises'
import type { FileCommand } from '@fanout/handler/commands'
import { FileMetadata } from '@fanout/schemas'
import * as z from 'zod'
import { describeFile } from './src/describe-file.ts'
import { FIRST_BYTES } from './src/file-bytes.ts'
import { readMetadata } from './src/read-metadata.ts'

const Result = FileMetadata.extend({ size: z.number() })
const ABSENT = Object.fromEntries(Object.keys(FileMetadata.shape).map((name) => [name, null]))

export default {
  name: 'metadata',
  description: 'Shows what the metadata-indexer reads in local files: type, size in pixels, camera, time, place.',
  options: [],
  example: 'pnpm -s fanout metadata photo.jpg --json',
  run: async (file) => ({ ...ABSENT, ...(await readFileMetadata(file)) }),
  describe(result) {
    const present = Object.fromEntries(Object.entries(result).filter(([, value]) => value !== null))
    return describeFile(Result.parse(present))
  },
} satisfies FileCommand

async function readFileMetadata(path: string): Promise<z.infer<typeof Result>> {
  // first of all: to open a named pipe is to wait for somebody who writes into it
  const stats = await stat(path)
  if (!stats.isFile()) throw new Error(`cannot read ${path}: it is not a file`)
  const { size } = stats
  await using file = await open(path)
  const read = async (into: Uint8Array, offset: number) => {
    const { bytesRead } = await file.read(into, 0, into.length, offset)
    if (bytesRead < into.length) throw new Error(`cannot read ${path}: it was cut short meanwhile`)
  }
  const start = Buffer.alloc(Math.min(size, FIRST_BYTES))
  await read(start, 0)
  return { ...(await readMetadata({ size, start, read })), size }
}
