import { mkdtemp, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findConnection, publishConnection, type Connection } from '../../src/stage/connection.ts'

test('is found by its port, and without a port when it is the only one', async () => {
  const root = await createRoot()
  const connection = connectionOn(4599)

  await publishConnection(root, connection)

  expect(await findConnection(root, 4599)).toEqual(connection)
  expect(await findConnection(root)).toEqual(connection)
})

test('is readable by its owner alone', async () => {
  const root = await createRoot()

  await publishConnection(root, connectionOn(4599))

  const { mode } = await stat(join(root, '.fanout/endpoints/4599.json'))
  expect(mode & 0o777).toBe(0o600)
})

test('is gone when the run has ended', async () => {
  const root = await createRoot()
  const unpublish = await publishConnection(root, connectionOn(4599))

  await unpublish()

  await expect(findConnection(root, 4599)).rejects.toThrow('no local cloud on port 4599: run pnpm start --port 4599')
})

test('what a killed run left behind is not taken for a local cloud', async () => {
  const root = await createRoot()
  await publishConnection(root, { ...connectionOn(4566), pid: 2 ** 22 + 1 })

  await expect(findConnection(root)).rejects.toThrow('no local cloud on port 4566: run pnpm start, or name its --port')
})

const createRoot = () => mkdtemp(join(tmpdir(), 'fanout-root-'))

const connectionOn = (port: number): Connection => ({
  endpoint: `http://127.0.0.1:${port}`,
  region: 'eu-west-1',
  stage: 'dev',
  accessKeyId: 'AKIAEXAMPLE',
  secretAccessKey: 'secret',
  pid: process.pid,
})
