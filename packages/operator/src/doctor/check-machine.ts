import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { isPortFree } from '../local-session/free-port.ts'
import { DEFAULT_PORT, listConnections, type Connection } from '../stage/connection.ts'
import { ok, problem, unknown, warning, type Finding } from './finding.ts'

/** What a machine needs to run and build the pipeline. */
export async function checkMachine(root: string): Promise<Finding[]> {
  const running = await listConnections(root)
  return [
    checkNode(process.versions.node),
    checkInstalled(root),
    await checkImages(),
    await checkLocalCloud(running),
    ...tellNotices(running),
  ]
}

const NODE_MAJOR = 24

export function checkNode(version: string): Finding {
  const text = `Node ${version}`
  if (Number.parseInt(version) >= NODE_MAJOR) return ok('node', text)
  return problem('node', text, `use Node ${NODE_MAJOR}: run commands by pnpm, which brings it`)
}

function checkInstalled(root: string): Finding {
  const isInstalled = existsSync(join(root, 'node_modules/.bin/turbo'))
  if (isInstalled) return ok('dependencies', 'installed')
  return problem('dependencies', 'not installed', 'npx -y pnpm@12 install')
}

/** Its native part is another one for each system, and the first to miss after a copied node_modules. */
async function checkImages(): Promise<Finding> {
  try {
    const { default: sharp } = await import('sharp')
    return ok('sharp', `libvips ${sharp.versions.vips}`)
  } catch (error) {
    const [reason] = String(error instanceof Error ? error.message : error).split('\n')
    return problem('sharp', `cannot be loaded: ${reason}`, 'npx -y pnpm@12 install --force, on this machine')
  }
}

async function checkLocalCloud(running: readonly Connection[]): Promise<Finding> {
  if (running.length > 0)
    return ok('local cloud', running.map(({ endpoint, stage }) => `stage ${stage} at ${endpoint}`).join(', '))
  if (await isPortFree(DEFAULT_PORT)) return ok('local cloud', `not running (pnpm start); port ${DEFAULT_PORT} is free`)
  return warning('local cloud', `not running, and port ${DEFAULT_PORT} is taken`, 'pnpm start --port 4599')
}

/** What only AWS does, in the templates that run here. */
function tellNotices(running: readonly Connection[]): Finding[] {
  const notices = new Set(running.flatMap((connection) => connection.notices ?? []))
  return [...notices].map((notice) => unknown('no effect here', notice.replace(/^AWS::/, '')))
}
