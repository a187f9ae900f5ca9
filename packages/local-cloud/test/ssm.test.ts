import {
  DeleteParameterCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  paginateGetParametersByPath,
  SSMClient,
} from '@aws-sdk/client-ssm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSsm } from '../src/ssm.ts'
import { createSite, serve } from './site.ts'

const site = createSite()
const ssm = createSsm(site)
let server: Awaited<ReturnType<typeof serve>>
let client: SSMClient

beforeAll(async () => {
  server = await serve(site, { ssm: ssm.operations })
  client = new SSMClient(server.client)
})

afterAll(() => server.close())

test('gives back a parameter that was put, and counts its versions', async () => {
  ssm.putParameter('/a/b', '1')
  ssm.putParameter('/a/b', '2')

  const { Parameter } = await client.send(new GetParameterCommand({ Name: '/a/b' }))

  expect(Parameter).toMatchObject({
    Name: '/a/b',
    Value: '2',
    Type: 'String',
    Version: 2,
    ARN: 'arn:aws:ssm:eu-west-1:000000000000:parameter/a/b',
    LastModifiedDate: expect.any(Date),
  })
  expect(ssm.parameter('/a/b')).toBe('2')
})

test('pages through what is below a path, at any depth only when asked', async () => {
  for (let i = 0; i < 25; i++) ssm.putParameter(`/tree/leaf-${String(i).padStart(2, '0')}`, `${i}`)
  ssm.putParameter('/tree/branch/leaf', 'deep')
  ssm.putParameter('/tree-house/leaf', 'beside')
  const names: string[] = []

  for await (const page of paginateGetParametersByPath({ client }, { Path: '/tree', Recursive: true })) {
    names.push(...(page.Parameters ?? []).map(({ Name }) => Name ?? ''))
  }
  const flat = await client.send(new GetParametersByPathCommand({ Path: '/tree' }))

  expect(names).toHaveLength(26)
  expect(names).toContain('/tree/branch/leaf')
  expect(flat.Parameters).toHaveLength(10)
  expect(flat.Parameters!.map(({ Name }) => Name)).not.toContain('/tree/branch/leaf')
})

test('tells found and missing parameters apart', async () => {
  ssm.putParameter('/found', 'x')

  const { Parameters, InvalidParameters } = await client.send(
    new GetParametersCommand({ Names: ['/found', '/missing'] }),
  )

  expect([Parameters!.length, InvalidParameters]).toEqual([1, ['/missing']])
  await expect(client.send(new GetParameterCommand({ Name: '/missing' }))).rejects.toMatchObject({
    name: 'ParameterNotFound',
  })
})

test('refuses to change what a template has made', async () => {
  ssm.putParameter('/taken', 'x')

  await expect(client.send(new DeleteParameterCommand({ Name: '/taken' }))).rejects.toThrow(
    'ssm:DeleteParameter is not modelled',
  )
})
