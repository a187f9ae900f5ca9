import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

/** A task of a workspace failed; the message is what its tools said. */
export class BuildError extends Error {
  override readonly name = 'BuildError'
}

export interface TurboOptions {
  /** Which workspaces, as turbo's own `--filter`; all of them by default. */
  filter?: string
  signal?: AbortSignal
}

/**
 * Runs a task of the workspaces that have it, quietly: what is unchanged comes from turbo's cache.
 * @throws {BuildError} with the failed task's output
 */
export async function runTurbo(root: string, task: string, { filter, signal }: TurboOptions = {}): Promise<void> {
  const args = ['run', task, '--output-logs=errors-only', ...(filter === undefined ? [] : [`--filter=${filter}`])]
  const child = spawn(join(root, 'node_modules/.bin/turbo'), args, {
    cwd: root,
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(signal ? { signal } : {}),
  })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const [output, complaint, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]).catch(
    (cause: unknown) => {
      throw new Error(`cannot run turbo: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    },
  )
  if (code === 0) return
  // turbo itself asks pnpm for the workspaces
  if (complaint.includes('cannot find binary path'))
    throw new BuildError('turbo does not find pnpm: run it by pnpm, e.g. npx -y pnpm@12 start')
  throw new BuildError(`${task} failed\n${whatToolsSaid(output, task) || output + complaint}`.trimEnd())
}

/** The lines of failed tasks, without what turbo and pnpm put around them. */
function whatToolsSaid(output: string, task: string): string {
  return output
    .split('\n')
    .filter((line) => line.includes(`:${task}: `) && !/: (?:cache (?:miss|hit|bypass)|\$ |\[ELIFECYCLE\])/.test(line))
    .join('\n')
}
