import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { stateFolder } from '../workspace.ts'

/** How to reach a local cloud that runs on this machine. */
export const Connection = z.object({
  endpoint: z.string(),
  region: z.string(),
  stage: z.string(),
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
  /** The process that runs it. */
  pid: z.number(),
  /** Its objects and tables are in the state folder. */
  keepsData: z.boolean().optional(),
  /** What its templates ask for and nothing here does, by type of resource. */
  notices: z.array(z.string()).optional(),
})
export type Connection = z.infer<typeof Connection>

export const DEFAULT_PORT = 4566

/** Leaves the connection where the other commands look for it; returns what takes it away again. */
export async function publishConnection(root: string, connection: Connection): Promise<() => Promise<void>> {
  const folder = endpointsFolder(root)
  const file = join(folder, `${new URL(connection.endpoint).port}.json`)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  // The mode of a file that exists stays as it was
  await rm(file, { force: true })
  await writeFile(file, `${JSON.stringify(connection, undefined, 2)}\n`, { mode: 0o600 })
  return () => rm(file, { force: true })
}

/**
 * The local cloud on this port; without a port the one on the default port, or else the only one that runs.
 * @throws {Error} saying how to start one
 */
export async function findConnection(root: string, port?: number): Promise<Connection> {
  const running = await listConnections(root)
  const wanted = port ?? DEFAULT_PORT
  const found = running.find((connection) => new URL(connection.endpoint).port === String(wanted))
  if (found) return found
  const [only, ...others] = running
  if (port === undefined && only && others.length === 0) return only
  const flag = port === undefined ? ', or name its --port' : ` --port ${wanted}`
  throw new Error(`no local cloud on port ${wanted}: run pnpm start${flag}`)
}

/** Every local cloud that runs here. */
export async function listConnections(root: string): Promise<Connection[]> {
  const folder = endpointsFolder(root)
  const names = await readdir(folder).catch(() => [])
  const files = names.filter((name) => name.endsWith('.json')).map((name) => join(folder, name))
  const read = await Promise.all(files.map(readConnection))
  return read.filter((connection) => connection !== undefined)
}

/** Undefined for what a killed run left behind. */
async function readConnection(file: string): Promise<Connection | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '')
  const { success, data } = Connection.safeParse(parseJson(text))
  return success && isRunning(data.pid) ? data : undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // Another user's process runs, too
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

const endpointsFolder = (root: string): string => join(stateFolder(root), 'endpoints')
