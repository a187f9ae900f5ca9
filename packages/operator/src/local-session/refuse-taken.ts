import { UsageError } from '../exit-codes.ts'
import { listConnections } from '../stage/connection.ts'
import { isPortFree } from './free-port.ts'

/**
 * Before a minute of building: whether a local cloud could have its port, and its data.
 * @param options port 0 is any free one; `ephemeral` keeps no data
 * @throws {UsageError} saying who has them, and what to do
 */
export async function refuseTaken(root: string, options: { port: number; ephemeral: boolean }): Promise<void> {
  const { port, ephemeral } = options
  const running = await listConnections(root)
  const owner = running.find(({ endpoint }) => port !== 0 && new URL(endpoint).port === String(port))
  if (owner) {
    const what = `port ${port} is in use by the local cloud of process ${owner.pid}`
    throw new UsageError(`${what}: upload to that one by pnpm fanout upload, or stop it`)
  }
  if (port !== 0 && !(await isPortFree(port))) {
    throw new UsageError(`port ${port} is in use by another program: choose another one, e.g. --port ${port + 1}`)
  }
  const keeper = running.find(({ keepsData }) => keepsData)
  if (keeper && !ephemeral) {
    const what = `the local cloud of process ${keeper.pid} at ${keeper.endpoint} has the data of this folder`
    throw new UsageError(`${what}: upload to that one, stop it, or run another beside it with --ephemeral`)
  }
}
