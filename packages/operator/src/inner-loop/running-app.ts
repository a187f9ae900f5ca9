import { createBundler } from '@fanout/bundler'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename, extname, join, sep } from 'node:path'
import { runTurbo } from '../local-session/run-turbo.ts'
import { writeAssembly } from './write-assembly.ts'

/** An app whose stack runs in the local cloud. */
export interface RunningApp {
  name: string
  folder: string
  /** What these changed files ask for. */
  workFor: (paths: ReadonlySet<string>) => 'bundle' | 'synth' | undefined
  /** Runs what its code is now. */
  bundle: () => Promise<void>
  /** Runs what its code and its template are now. */
  synth: () => Promise<void>
  /** Makes the next bundle faster. */
  warm: () => Promise<void>
  close: () => Promise<void>
}

export interface RunningAppOptions {
  root: string
  folder: string
  /** Takes over the templates of this assembly folder. */
  provision: (assembly: string) => Promise<void>
  isDebugged: boolean
  signal: AbortSignal
}

export function createRunningApp({ root, folder, provision, isDebugged, signal }: RunningAppOptions): RunningApp {
  const name = basename(folder)
  const bundler = createBundler(folder, { isDebugged })
  const assembly = join(folder, 'cdk.out')
  // Its dependencies are found from here, and neither git nor turbo looks at it
  const builds = join(folder, 'node_modules/.cache/fanout')
  let inputs: ReadonlySet<string> | undefined
  let hasFailed = false
  let count = 0

  async function bundle() {
    hasFailed = true
    // Another folder each time: by that the local cloud knows that the code is another
    const build = join(builds, `${process.pid}-${++count}`)
    try {
      inputs = new Set((await bundler.bundle(build)).inputs)
      await writeAssembly(assembly, build, join(build, 'lambda'), isDebugged)
      await provision(build)
    } finally {
      await rm(build, { recursive: true, force: true })
    }
    hasFailed = false
  }

  async function synth() {
    hasFailed = true
    await runTurbo(root, 'synth', { filter: `./apps/${name}`, signal })
    if (isDebugged) return await bundle()
    await provision(assembly)
    hasFailed = false
  }

  /** As long as nothing was built it is not known of which files, and after an error a new file may be what it lacks. */
  function isInput(path: string) {
    if (inputs?.has(path)) return true
    const mayBecomeOne = inputs === undefined || hasFailed || path.startsWith(join(folder, `src${sep}`))
    return mayBecomeOne && CODE.has(extname(path))
  }

  return {
    name,
    folder,
    workFor: (paths) => {
      if (paths.has(join(folder, 'infra.ts'))) return 'synth'
      if (![...paths].some(isInput)) return undefined
      return existsSync(join(assembly, 'manifest.json')) ? 'bundle' : 'synth'
    },
    bundle,
    synth,
    warm: async () => {
      inputs = new Set(await bundler.readInputs())
    },
    close: bundler.close,
  }
}

const CODE = new Set(['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs', '.json'])
