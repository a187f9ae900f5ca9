import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { BuildResult, Metafile } from 'esbuild'
import type { buildOptions } from './build-options.ts'
import { copySharpForLambda } from './sharp-for-lambda.ts'
import { writeAssetFile } from './write-asset-file.ts'

export interface Bundle {
  /** Names of the functions; the Lambda handler is `<name>.handler`. */
  readonly handlers: readonly string[]
  /** The files of which it is made, as absolute paths. */
  readonly inputs: readonly string[]
  /** esbuild's account of every written file, paths relative to the app. */
  readonly outputs: Metafile['outputs']
  /** What sharp's native part adds to the asset, 0 where sharp is not used. */
  readonly nativeBytes: number
}

type Built = BuildResult<ReturnType<typeof buildOptions>>

/** The files of which esbuild made it, as absolute paths. */
export const inputsOf = ({ metafile }: Built, folder: string): string[] =>
  Object.keys(metafile.inputs).map((input) => resolve(folder, input))

/** Writes what esbuild made of the app in `folder` into `dist`, in place of what is there. */
export async function writeBundle(
  built: Built,
  handlers: Record<string, string>,
  folder: string,
  dist: string,
): Promise<Bundle> {
  const { metafile, outputFiles } = built
  await rm(dist, { recursive: true, force: true })
  const lambda = join(folder, 'dist/lambda')
  for (const { path, contents } of outputFiles) {
    const target = join(dist, path.endsWith('.map') ? 'maps' : 'lambda')
    await writeAssetFile(path.replace(lambda, target), contents)
  }
  await writeAssetFile(join(dist, 'meta.json'), JSON.stringify(metafile))
  const inputs = inputsOf(built, folder)
  const sharp = inputs.find((input) => input.endsWith('/node_modules/sharp/dist/index.mjs'))
  return {
    handlers: Object.keys(handlers),
    inputs,
    outputs: metafile.outputs,
    nativeBytes: sharp ? await copySharpForLambda(resolve(sharp, '../..'), join(dist, 'lambda')) : 0,
  }
}
