import { existsSync, lstatSync, readdirSync, watch, type FSWatcher } from 'node:fs'
import { basename, join } from 'node:path'

/** What has changed below some folders. */
export interface FolderWatcher {
  /** The paths that have changed since the last call, when nothing more changes for a moment; undefined when it is closed. */
  next: () => Promise<ReadonlySet<string> | undefined>
  close: () => void
}

/** What tools write, and what belongs to no bundle and no template. */
const IGNORED = /^(\..*|node_modules|dist|cdk\.out|reports|coverage|test)$/

/** By these the package manager tells that it has installed something. */
const INSTALLED = /^(node_modules|\.pnpm-workspace-state.*\.json)$/

// An editor writes a file in several steps, and a checkout many files
const QUIET_MS = 40

/** Watches what bundles and templates are made of; the package manager's own folder tells that something is installed. */
export function watchWorkspace(root: string, onWarning: (text: string) => void): FolderWatcher {
  const folders = ['apps', 'packages', 'infra', 'node_modules'].map((name) => join(root, name))
  return watchFolders(folders, (folder, cause) =>
    onWarning(`cannot watch ${folder}, its changes need a new start: ${cause instanceof Error ? cause.message : ''}`),
  )
}

/**
 * Watches folders and everything below them.
 * @param onError told of a folder that cannot be watched
 */
export function watchFolders(
  roots: readonly string[],
  onError: (folder: string, cause: unknown) => void,
): FolderWatcher {
  const watchers = new Map<string, FSWatcher>()
  let changed = new Set<string>()
  let waiting = Promise.withResolvers<void>()
  let isClosed = false
  let quiet: NodeJS.Timeout | undefined

  // Node's own recursive watcher on Linux watches each file, and loses one that is replaced, as editors do on saving
  function add(folder: string) {
    watchers.get(folder)?.close()
    try {
      const watcher = watch(folder, (_event, name) => name !== null && note(join(folder, name)))
      watcher.on('error', () => watcher.close())
      watchers.set(folder, watcher)
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        if (entry.isDirectory() && !IGNORED.test(entry.name)) add(join(folder, entry.name))
      }
    } catch (cause) {
      if (existsSync(folder)) onError(folder, cause)
    }
  }

  function note(path: string) {
    const isIgnored = IGNORED.test(basename(path))
    if (isClosed || (isIgnored && !INSTALLED.test(basename(path)))) return
    changed.add(path)
    clearTimeout(quiet)
    quiet = setTimeout(() => waiting.resolve(), QUIET_MS)
    const isFolder = lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
    if (!isFolder || isIgnored) return
    add(path)
    for (const file of listFiles(path)) changed.add(file)
  }

  for (const root of roots) add(root)
  return {
    next: async () => {
      await waiting.promise
      if (isClosed) return undefined
      const paths = changed
      changed = new Set()
      waiting = Promise.withResolvers()
      return paths
    },
    close: () => {
      isClosed = true
      clearTimeout(quiet)
      for (const watcher of watchers.values()) watcher.close()
      waiting.resolve()
    },
  }
}

/** What was written into a new folder before it was watched. */
function listFiles(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true, recursive: true })
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  } catch {
    // It has gone again
    return []
  }
}
