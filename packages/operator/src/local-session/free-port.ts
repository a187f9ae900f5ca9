import { createServer } from 'node:net'
import { UsageError } from '../exit-codes.ts'
import { listConnections } from '../stage/connection.ts'

/** Whether a server could listen on this port of this machine. */
export async function isPortFree(port: number): Promise<boolean> {
  const server = createServer()
  return await new Promise((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

/** @throws {UsageError} saying who has the port, and what to do; 0 is any free one */
export async function refuseTakenPort(root: string, port: number): Promise<void> {
  if (port === 0 || (await isPortFree(port))) return
  const running = (await listConnections(root)).find(({ endpoint }) => new URL(endpoint).port === String(port))
  throw new UsageError(
    running
      ? `port ${port} is in use by the local cloud of process ${running.pid}: upload to that one by pnpm fanout upload, or stop it`
      : `port ${port} is in use by another program: choose another one, e.g. --port ${port + 1}`,
  )
}
