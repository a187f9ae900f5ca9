import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { UsageError } from '../exit-codes.ts'
import { whyUnreadable } from '../input/file-errors.ts'
import { resolveTyped } from '../workspace.ts'

/** A file on this machine and the key it is to have as an object. */
export interface SourceFile {
  path: string
  key: string
  size: number
}

/**
 * The files to upload, each under its base name behind the prefix. Paths are taken as the person typed them.
 * @throws {UsageError} for a path that is not a readable file, and for two files that would have one key
 */
export async function findSourceFiles(paths: readonly string[], prefix = ''): Promise<SourceFile[]> {
  const files: SourceFile[] = []
  const typedByKey = new Map<string, string>()
  for (const path of paths) {
    const size = await sizeOf(path)
    const key = prefix + basename(path)
    const other = typedByKey.get(key)
    if (other !== undefined) {
      throw new UsageError(`two files would be one object ${key}: ${other} and ${path}; rename one of them`)
    }
    typedByKey.set(key, path)
    files.push({ path: resolveTyped(path), key, size })
  }
  return files
}

async function sizeOf(path: string): Promise<number> {
  try {
    const found = await stat(resolveTyped(path))
    if (found.isDirectory()) throw new UsageError(`${path} is a folder: name its files, e.g. ${path}/*`)
    if (!found.isFile()) throw new UsageError(`${path} is not a regular file`)
    await access(resolveTyped(path), constants.R_OK)
    return found.size
  } catch (cause) {
    if (cause instanceof UsageError) throw cause
    throw new UsageError(`cannot read ${path}: ${whyUnreadable(cause)}`, { cause })
  }
}
