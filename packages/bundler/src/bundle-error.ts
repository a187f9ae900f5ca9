import { resolve } from 'node:path'
import type { BuildFailure } from 'esbuild'

/** The code of the app in `folder` does not build; the message has a line for each place, relative to that folder. */
export class BundleError extends Error {
  override readonly name = 'BundleError'
  /** Files are absolute paths; absent where it is not about one. Lines and columns count from 1. */
  readonly places: readonly { file?: string; line?: number; column?: number; text: string }[]

  constructor(folder: string, failure: BuildFailure) {
    const lines = failure.errors.map(({ location, text }) =>
      location ? `${location.file}:${location.line}:${location.column + 1}: ${text}` : text,
    )
    super(lines.join('\n'), { cause: failure })
    this.places = failure.errors.map(({ location, text }) =>
      location
        ? { file: resolve(folder, location.file), line: location.line, column: location.column + 1, text }
        : { text },
    )
  }
}
