import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { expect, onTestFinished, test } from 'vitest'
import { createSts } from '../src/sts.ts'
import { administrator, createSite, serve } from './site.ts'

test('tells a caller its account and who it is, and refuses every other operation', async () => {
  const site = createSite()
  const server = await serve(site, { sts: createSts(site).operations })
  onTestFinished(() => server.close())
  const client = new STSClient(server.client)

  const identity = await client.send(new GetCallerIdentityCommand({}))

  expect(identity).toMatchObject({ Account: '000000000000', Arn: administrator.arn })
  await expect(client.send(new AssumeRoleCommand({ RoleArn: 'x'.repeat(20), RoleSessionName: 'xx' }))).rejects.toThrow(
    'sts:AssumeRole is not modelled',
  )
})
