import { isDeepStrictEqual } from 'node:util'
import { context, type BuildContext, type BuildFailure } from 'esbuild'
import { buildOptions, debugOptions } from './build-options.ts'
import { BundleError } from './bundle-error.ts'
import { findHandlers } from './find-handlers.ts'
import { inputsOf, writeBundle, type Bundle } from './write-bundle.ts'

/** Bundles one app again and again: what has not changed is not read again. */
export interface Bundler {
  /**
   * Bundles what is in the app's folder now into `dist`, in place of what is there.
   * @throws {BundleError} when the code does not build; `dist` is then left alone
   */
  bundle: (dist: string) => Promise<Bundle>
  /** The files of which a bundle would be made now, as absolute paths. Afterwards a bundle has only changes to read. */
  readInputs: () => Promise<readonly string[]>
  close: () => Promise<void>
}

/** @param isDebugged for a debugger: not minified, with source maps inside */
export function createBundler(folder: string, { isDebugged }: { isDebugged: boolean }): Bundler {
  let handlers: Record<string, string> = {}
  let current: BuildContext<ReturnType<typeof buildOptions>> | undefined

  async function rebuild() {
    const found = await findHandlers(folder)
    if (!current || !isDeepStrictEqual(found, handlers)) {
      await current?.dispose()
      handlers = found
      current = await context({ ...buildOptions(folder, handlers), ...(isDebugged ? debugOptions(folder) : {}) })
    }
    return await current.rebuild().catch((failure: BuildFailure) => {
      throw new BundleError(folder, failure)
    })
  }

  return {
    bundle: async (dist) => await writeBundle(await rebuild(), handlers, folder, dist),
    readInputs: async () => inputsOf(await rebuild(), folder),
    close: async () => await current?.dispose(),
  }
}
