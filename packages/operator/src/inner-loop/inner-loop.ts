import { existsSync } from 'node:fs'
import { basename, join, sep } from 'node:path'
import { runTurbo } from '../local-session/run-turbo.ts'
import { findSubscriberFolders } from '../workspace.ts'
import { describeFailure } from './describe-failure.ts'
import { createRunningApp, type RunningApp } from './running-app.ts'
import type { FolderWatcher } from './watch-folders.ts'

/** What became of something that was saved. `what` is an app, or all stacks together. */
export type Change =
  /** The next event meets the new code, or the new stack. */
  | { type: 'code' | 'stack' | 'new stack'; what: string; ms: number }
  /** What ran before runs on. */
  | { type: 'failed'; what: string; message: string }
  | { type: 'gone'; what: string }

export interface InnerLoopOptions {
  root: string
  watcher: FolderWatcher
  /** Takes over the templates of this assembly folder. */
  provision: (assembly: string) => Promise<void>
  onChange: (change: Change) => void
  signal: AbortSignal
  /** The app that a debugger is to look into. */
  inspected?: string | undefined
}

/** Keeps what runs in step with the files of the workspace. */
export interface InnerLoop {
  /** Reads everything once, so that the first change is as fast as the others. */
  warm: () => Promise<void>
  /** Closes the watcher, too. */
  close: () => Promise<void>
}

/** Begins with the apps that are there; one that appears later gets its stack as soon as it is installed. */
export async function startInnerLoop(options: InnerLoopOptions): Promise<InnerLoop> {
  const { root, watcher, onChange, signal, provision, inspected } = options
  const apps = new Map<string, RunningApp>()
  let last: Promise<void> = Promise.resolve()
  /** One after the other, in the order in which they were asked for. */
  const inTurn = (work: () => Promise<void>) => (last = last.then(() => (signal.aborted ? undefined : work())))

  async function report(type: 'code' | 'stack' | 'new stack', what: string, work: () => Promise<void>) {
    const start = performance.now()
    try {
      await work()
      onChange({ type, what, ms: performance.now() - start })
    } catch (error) {
      // A folder that is being removed does not build while it goes
      const app = apps.get(what)
      if (signal.aborted || (app && !existsSync(app.folder))) return
      onChange({ type: 'failed', what, message: describeFailure(error, root) })
    }
  }

  function addApp(folder: string): RunningApp {
    const name = basename(folder)
    const app = createRunningApp({ root, folder, provision, isDebugged: name === inspected, signal })
    apps.set(name, app)
    return app
  }

  async function take(paths: ReadonlySet<string>) {
    const isOfAll = (path: string) => ['lib', 'bin'].some((name) => path.startsWith(join(root, 'infra', name) + sep))
    if ([...paths].some(isOfAll)) return await report('stack', 'every stack', synthAll)
    for (const app of apps.values()) {
      const work = app.workFor(paths)
      if (work === 'bundle') await report('code', app.name, app.bundle)
      if (work === 'synth') await report('stack', app.name, app.synth)
      if (!existsSync(app.folder)) await forget(app)
    }
    await takeNewApps()
  }

  async function synthAll() {
    await runTurbo(root, 'synth', { signal })
    await provision(join(root, 'infra/cdk.out'))
    for (const app of apps.values()) await app.synth()
  }

  async function takeNewApps() {
    for (const folder of await findSubscriberFolders(root)) {
      // Its dependencies come after its files
      if (apps.has(basename(folder)) || !existsSync(join(folder, 'node_modules'))) continue
      const app = addApp(folder)
      await report('new stack', app.name, app.synth)
    }
  }

  async function forget({ name, close }: RunningApp) {
    apps.delete(name)
    await close()
    onChange({ type: 'gone', what: name })
  }

  async function follow() {
    for (let paths = await watcher.next(); paths; paths = await watcher.next()) {
      const taken = paths
      await inTurn(() => take(taken))
    }
  }

  for (const folder of await findSubscriberFolders(root)) addApp(folder)
  const debugged = apps.get(inspected ?? '')
  if (debugged) await report('code', debugged.name, debugged.bundle)
  const following = follow()
  return {
    warm: async () => {
      // What does not build is told when it is changed
      for (const app of apps.values()) await inTurn(() => app.warm().catch(() => {}))
    },
    close: async () => {
      watcher.close()
      await following
      await last
      await Promise.all([...apps.values()].map((app) => app.close()))
    },
  }
}
