import { once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { refuseTaken } from '../../src/local-session/refuse-taken.ts'
import { publishConnection } from '../../src/stage/connection.ts'

let server: Server
let port: number
let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'fanout-port-'))
  server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  port = typeof address === 'object' ? (address?.port ?? 0) : 0
})
afterAll(() => void server.close())

test('a port that another program has is refused with another one to take', async () => {
  await expect(refuseTaken(root, { port, ephemeral: true })).rejects.toThrow(
    `by another program: choose another one, e.g. --port ${port + 1}`,
  )
})

test('of a port that a local cloud has its process is told', async () => {
  const unpublish = await publishConnection(root, connectionTo(`http://127.0.0.1:${port}`))

  await expect(refuseTaken(root, { port, ephemeral: true })).rejects.toThrow(
    `by the local cloud of process ${process.pid}`,
  )
  await unpublish()
})

test('of data that a local cloud has its process is told, unless nothing is to be kept', async () => {
  const unpublish = await publishConnection(root, { ...connectionTo('http://127.0.0.1:1'), keepsData: true })

  await expect(refuseTaken(root, { port: 0, ephemeral: false })).rejects.toThrow(
    'run another beside it with --ephemeral',
  )
  await expect(refuseTaken(root, { port: 0, ephemeral: true })).resolves.toBeUndefined()
  await unpublish()
})

test('any free port is always there', async () => {
  await expect(refuseTaken(root, { port: 0, ephemeral: false })).resolves.toBeUndefined()
})

const connectionTo = (endpoint: string) => ({
  endpoint,
  region: 'eu-west-1',
  stage: 'dev',
  accessKeyId: 'a',
  secretAccessKey: 's',
  pid: process.pid,
})
