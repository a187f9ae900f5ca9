import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { deploy } from '../bin/deploy.ts'
import { stageOf } from '../lib/stages.ts'

let printed = ''
let asked: string[] = []

beforeEach(async () => {
  asked = []
  printed = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    printed += String(chunk)
    return true
  })
  vi.stubEnv('AWS_ENDPOINT_URL', await startAws())
  vi.stubEnv('AWS_REGION', 'eu-west-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'id')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

test('tells account, region and stage; refuses a subscriber without a hub there, and says how to deploy it', async () => {
  await expect(deploy('.', 'subscriber', stageOf('dev'))).rejects.toThrow(
    'no hub of stage dev in eu-west-1 (no parameter /fanout/dev/hub/topic-arn), deploy it first: STAGE=dev pnpm turbo run deploy --filter=@fanout/infra',
  )

  expect(printed).toBe('account 111111111111  region eu-west-1  stage dev\n')
})

test.each([
  [{ account: '222222222222' }, 'stage dev is pinned to account 222222222222, but this is 111111111111'],
  [{ region: 'us-east-1' }, 'stage dev is pinned to region us-east-1, but this is eu-west-1'],
])('refuses another target than %j, before it asks for anything there', async (pin, message) => {
  await expect(deploy('.', 'hub', { ...stageOf('dev'), ...pin })).rejects.toThrow(message)

  expect(asked).toEqual(['Action=GetCallerIdentity&Version=2011-06-15'])
})

/** As much of AWS as is asked before a deploy: who we are, and a Parameter Store without parameters. */
async function startAws(): Promise<string> {
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      asked.push(body)
      if (body.includes('GetCallerIdentity')) {
        response.setHeader('content-type', 'text/xml')
        response.end(
          '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Account>111111111111</Account></GetCallerIdentityResult></GetCallerIdentityResponse>',
        )
      } else {
        response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' })
        response.end(JSON.stringify({ __type: 'ParameterNotFound' }))
      }
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => void server.close())
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no address')
  return `http://127.0.0.1:${address.port}`
}
