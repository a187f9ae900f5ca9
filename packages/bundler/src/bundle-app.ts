import { join } from 'node:path'
import { build, type BuildFailure } from 'esbuild'
import { buildOptions } from './build-options.ts'
import { BundleError } from './bundle-error.ts'
import { findHandlers } from './find-handlers.ts'
import { writeBundle, type Bundle } from './write-bundle.ts'

/**
 * Bundles every function of the app in `folder` into `dist/lambda`, a complete Lambda asset: ESM, minified, for Node 24
 * on arm64. The bytes depend on the sources and the lockfile, not on the folder or the host. Source maps go to
 * `dist/maps` and esbuild's account of the contents to `dist/meta.json`, outside the asset.
 * @throws {BundleError} when the code does not build; what was built before is then left alone
 */
export async function bundleApp(folder: string): Promise<Bundle> {
  const handlers = await findHandlers(folder)
  const result = await build(buildOptions(folder, handlers)).catch((failure: BuildFailure) => {
    throw new BundleError(folder, failure)
  })
  return await writeBundle(result, handlers, folder, join(folder, 'dist'))
}
