import { existsSync } from 'node:fs'
import { cp, mkdir, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/**
 * Copies a function's code, as a deployment does: what runs does not change under a build. A native part of sharp for
 * Lambda's linux-arm64 is replaced by a link to the one for this host, next to the sharp that the asset was built from.
 */
export async function deployCode(asset: string, folder: string): Promise<void> {
  if (!existsSync(asset)) throw new Error(`asset folder ${asset} is missing: run pnpm turbo run synth`)
  const natives = join(asset, 'node_modules/@img')
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } }
  const isMusl = process.platform === 'linux' && !header.glibcVersionRuntime
  const host = `${process.platform}${isMusl ? 'musl' : ''}-${process.arch}`
  const needsOtherSharp = existsSync(natives) && host !== 'linux-arm64'
  // One that was killed has left its copy
  await rm(folder, { recursive: true, force: true })
  await cp(asset, folder, { recursive: true, filter: (source) => !needsOtherSharp || source !== natives })
  if (!needsOtherSharp) return
  await mkdir(join(folder, 'node_modules/@img'), { recursive: true })
  await symlink(findSharp(asset, host), join(folder, 'node_modules/@img/sharp-linux-arm64'), 'junction')
}

function findSharp(asset: string, host: string): string {
  try {
    const sharp = createRequire(join(asset, 'index.js')).resolve('sharp')
    return dirname(createRequire(sharp).resolve(`@img/sharp-${host}/package`))
  } catch (cause) {
    throw new Error(`${asset} uses sharp, and @img/sharp-${host} is not installed beside it: run pnpm install`, {
      cause,
    })
  }
}
