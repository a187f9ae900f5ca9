import { BundleError } from '@fanout/bundler'
import { relative } from 'node:path'

/** Says what does not build, with places that an editor finds: relative to the workspace. */
export function describeFailure(error: unknown, root: string): string {
  if (!(error instanceof BundleError)) return error instanceof Error ? error.message : String(error)
  return error.places
    .map(({ file, line, column, text }) => (file ? `${relative(root, file)}:${line}:${column}: ${text}` : text))
    .join('\n')
}
