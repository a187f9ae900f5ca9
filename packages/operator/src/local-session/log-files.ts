import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** What functions log, in a file for each subscriber: a JSON object on every line. */
export interface LogFiles {
  write: (subscriber: string, line: string) => void
  close: () => void
}

const LARGEST_BYTES = 5 * 1024 * 1024

/** Goes on with the files that are there. One that is full is kept as `<subscriber>.1.ndjson`, in place of the last. */
export function openLogFiles(folder: string, largestBytes = LARGEST_BYTES): LogFiles {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const files = new Map<string, { descriptor: number; bytes: number }>()
  const pathOf = (subscriber: string, generation = '') => join(folder, `${subscriber}${generation}.ndjson`)

  function open(subscriber: string) {
    const descriptor = openSync(pathOf(subscriber), 'a', 0o600)
    const file = { descriptor, bytes: fstatSync(descriptor).size }
    files.set(subscriber, file)
    return file
  }

  function append(subscriber: string, entry: string) {
    let file = files.get(subscriber) ?? open(subscriber)
    if (file.bytes > 0 && file.bytes + Buffer.byteLength(entry) > largestBytes) {
      closeSync(file.descriptor)
      files.delete(subscriber)
      renameSync(pathOf(subscriber), pathOf(subscriber, '.1'))
      file = open(subscriber)
    }
    file.bytes += writeSync(file.descriptor, entry)
  }

  return {
    write: (subscriber, line) => {
      try {
        append(subscriber, `${toJson(line)}\n`)
      } catch {
        // A full disk, or a folder that somebody removed, must not end the run
      }
    },
    close: () => {
      for (const { descriptor } of files.values()) closeSync(descriptor)
      files.clear()
    },
  }
}

function toJson(line: string): string {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value === 'object' && value !== null) return line
  } catch {
    // A line of the runtime, or of console.log
  }
  return JSON.stringify({ timestamp: new Date().toISOString(), message: line })
}
