import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { AccessKey } from '../../src/data-folder.ts'
import { createFunctions, type FunctionConfig } from '../../src/lambda/functions.ts'
import type { Principal } from '../../src/api.ts'
import { createSite } from '../site.ts'

/** Functions in a folder of their own, closed when the test ends. */
export async function startFunctions(allows: (principal: Principal, action: string) => boolean = () => true) {
  const dataDir = await mkdtemp(join(tmpdir(), 'fanout-test-'))
  const site = createSite({ dataDir, endpoint: 'http://127.0.0.1:1' })
  const keys = new Map<string, AccessKey>()
  const logs: string[] = []
  const functions = createFunctions(site, keys, (name, line) => logs.push(`${name}: ${line}`), { allows })
  const close = async () => {
    await functions.close()
    await rm(dataDir, { recursive: true, force: true })
  }
  onTestFinished(close)
  let count = 0

  /** Makes `greeter`, or gives it this code. */
  async function put(code: string, changes: Partial<FunctionConfig> = {}): Promise<void> {
    const asset = join(dataDir, 'assets', String(++count))
    await mkdir(asset, { recursive: true })
    await writeFile(join(asset, 'handler.mjs'), code)
    const config = {
      FunctionName: 'greeter',
      Handler: 'handler.handler',
      Runtime: 'nodejs24.x',
      Timeout: 10,
      Role: 'arn:aws:iam::000000000000:role/greeter-role',
    }
    await functions.put({ ...config, ...changes }, asset)
  }
  const invoke = async (event: unknown = {}) =>
    JSON.parse(await functions.find('greeter').invoke(JSON.stringify(event)))
  return { site, keys, logs, functions, put, invoke, close }
}

/** A URL that answers nobody until `count` functions have asked for it. */
export async function startGate(count: number): Promise<{ url: string; reached: Promise<void>; open: () => void }> {
  const waiting: ServerResponse[] = []
  const reached = Promise.withResolvers<void>()
  const server = createServer((_, response) => {
    waiting.push(response)
    if (waiting.length === count) reached.resolve()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => void server.close())
  const open = () => waiting.forEach((response) => response.end())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, reached: reached.promise, open }
}

/** Not a zombie either: that is one whose new parent has not asked yet how it ended. */
export function isRunning(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
  return /^[^Z]/.test(stdout.trim())
}
