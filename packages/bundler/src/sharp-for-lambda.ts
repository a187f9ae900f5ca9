import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Plugin } from 'esbuild'
import { writeAssetFile } from './write-asset-file.ts'

/**
 * Bundles sharp's JavaScript into the function. What it does to find a build for the host (70 files, and reading
 * /usr/bin/ldd) is replaced by the one answer on Lambda: linux-arm64 with glibc.
 */
export const bundleSharp: Plugin = {
  name: 'sharp-for-lambda',
  setup(build) {
    for (const [file, contents] of Object.entries(LAMBDA_ANSWERS)) {
      build.onLoad({ filter: new RegExp(`/node_modules/${file}$`) }, () => ({ contents, loader: 'js' }))
    }
  },
}

const LAMBDA_ANSWERS = {
  'sharp/dist/sharp\\.mjs': `
    import { createRequire } from 'node:module'
    export default createRequire(import.meta.url)('@img/sharp-linux-arm64/sharp.node')`,
  'sharp/dist/libvips\\.mjs': `export default { runtimePlatformArch: () => 'linux-arm64' }`,
  'detect-libc/lib/detect-libc\\.js': `export default { GLIBC: 'glibc', MUSL: 'musl', familySync: () => 'glibc' }`,
}

/**
 * Copies sharp's native part for Lambda into `asset`, where the bundled JavaScript requires it from.
 * @param sharpFolder the installed package whose JavaScript was bundled
 * @returns the number of bytes copied
 * @throws Error when the JavaScript and the native part are of different releases: they would fail on Lambda only
 */
export async function copySharpForLambda(sharpFolder: string, asset: string): Promise<number> {
  const sharp = await readPackage(sharpFolder)
  let bytes = 0
  for (const name of NATIVE_PACKAGES) {
    const folder = dirname(own.resolve(`${name}/package`))
    const { version } = await readPackage(folder)
    const needed = sharp.optionalDependencies?.[name]
    if (version !== needed) {
      throw new Error(
        `sharp ${sharp.version} needs ${name} ${needed}, but ${version} is installed: keep them in step in pnpm-workspace.yaml`,
      )
    }
    bytes += await copyPackage(folder, join(asset, 'node_modules', name))
  }
  return bytes
}

/** The addon finds libvips beside itself by its RPATH, so both keep their places under node_modules/@img. */
const NATIVE_PACKAGES = ['@img/sharp-linux-arm64', '@img/sharp-libvips-linux-arm64']

const own = createRequire(import.meta.url)

interface PackageJson {
  readonly version: string
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

async function readPackage(folder: string): Promise<PackageJson> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
}

async function copyPackage(from: string, to: string): Promise<number> {
  let bytes = 0
  for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (!entry.isFile() || entry.name.endsWith('.h')) continue
    const contents = await readFile(path)
    await writeAssetFile(join(to, path.slice(from.length)), contents)
    bytes += contents.length
  }
  return bytes
}
