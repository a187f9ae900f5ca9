import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { build, type BuildFailure, type Metafile } from 'esbuild'
import { findHandlers } from './find-handlers.ts'
import { bundleSharp, copySharpForLambda } from './sharp-for-lambda.ts'
import { writeAssetFile } from './write-asset-file.ts'

export interface Bundle {
  /** Names of the functions; the Lambda handler is `<name>.handler`. */
  readonly handlers: readonly string[]
  /** esbuild's account of every written file, paths relative to the app. */
  readonly outputs: Metafile['outputs']
  /** What sharp's native part adds to the asset, 0 where sharp is not used. */
  readonly nativeBytes: number
}

/**
 * Bundles every function of the app in `folder` into `dist/lambda`, a complete Lambda asset: ESM, minified, for Node 24
 * on arm64. The bytes depend on the sources and the lockfile, not on the folder or the host. Source maps go to
 * `dist/maps` and esbuild's account of the contents to `dist/meta.json`, outside the asset.
 * @throws Error with file and line when the code does not build; what was built before is then left alone
 */
export async function bundleApp(folder: string): Promise<Bundle> {
  const handlers = await findHandlers(folder)
  const { metafile, outputFiles } = await build({
    absWorkingDir: folder,
    entryPoints: handlers,
    outdir: 'dist/lambda',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    // What is behind `await import()` becomes a file of its own that costs nothing until it is needed.
    splitting: true,
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    minify: true,
    legalComments: 'none',
    sourcemap: 'external',
    sourcesContent: false,
    metafile: true,
    write: false,
    logLevel: 'silent',
    alias: { '@aws-sdk/credential-provider-node': join(import.meta.dirname, 'env-credentials.ts') },
    plugins: [bundleSharp],
    // CommonJS packages that end up in an ES module still call require() for Node's own modules.
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
  }).catch((error: BuildFailure) => {
    throw new Error(describeFailure(error), { cause: error })
  })

  const dist = join(folder, 'dist')
  await rm(dist, { recursive: true, force: true })
  for (const { path, contents } of outputFiles) {
    await writeAssetFile(
      path.endsWith('.map') ? path.replace(join(dist, 'lambda'), join(dist, 'maps')) : path,
      contents,
    )
  }
  await writeAssetFile(join(dist, 'meta.json'), JSON.stringify(metafile))
  const sharp = Object.keys(metafile.inputs).find((input) => input.endsWith('/node_modules/sharp/dist/index.mjs'))
  return {
    handlers: Object.keys(handlers),
    outputs: metafile.outputs,
    nativeBytes: sharp ? await copySharpForLambda(resolve(folder, sharp, '../..'), join(dist, 'lambda')) : 0,
  }
}

function describeFailure({ errors }: BuildFailure): string {
  return errors
    .map(({ location, text }) =>
      location ? `${location.file}:${location.line}:${location.column + 1}: ${text}` : text,
    )
    .join('\n')
}
