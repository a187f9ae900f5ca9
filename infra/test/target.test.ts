import { createServer } from 'node:http'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { openTarget } from '../bin/target.ts'
import { stageOf } from '../lib/stages.ts'

const dev = stageOf('dev')

// A machine on which nobody has ever used AWS
beforeEach(() => {
  for (const name of Object.keys(process.env).filter((one) => one.startsWith('AWS_'))) vi.stubEnv(name, undefined)
  vi.stubEnv('AWS_CONFIG_FILE', '/dev/null')
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/dev/null')
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
})
afterEach(() => vi.unstubAllEnvs())

test('says in one sentence everything that is missing, and what to do', async () => {
  await expect(openTarget(dev)).rejects.toThrow(
    /^AWS is not configured: no region: set AWS_REGION; no credentials: set AWS_PROFILE.* \(docs\/deploy\.md\)$/,
  )
})

test('says only what is missing', async () => {
  vi.stubEnv('AWS_REGION', 'eu-west-1')

  await expect(openTarget(dev)).rejects.toThrow(/^AWS is not configured: no credentials: set AWS_PROFILE/)
})

test('says why AWS refuses the credentials, and what to do', async () => {
  vi.stubEnv('AWS_REGION', 'eu-west-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'id')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
  vi.stubEnv('AWS_ENDPOINT_URL', await startRefusingAws('ExpiredToken', 'The token has expired'))

  await expect(openTarget(dev)).rejects.toThrow(
    /^cannot ask AWS who we are \(ExpiredToken: The token has expired\): renew the credentials/,
  )
})

test('does not blame the credentials for a network that is down', async () => {
  vi.stubEnv('AWS_REGION', 'eu-west-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'id')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
  vi.stubEnv('AWS_MAX_ATTEMPTS', '1')
  vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:1')

  await expect(openTarget(dev)).rejects.toThrow(/^cannot ask AWS who we are \(.*ECONNREFUSED.*\): is it reachable/)
})

async function startRefusingAws(code: string, message: string): Promise<string> {
  const server = createServer((_, response) => {
    response.writeHead(403, { 'content-type': 'text/xml' })
    response.end(`<ErrorResponse><Error><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => void server.close())
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}
