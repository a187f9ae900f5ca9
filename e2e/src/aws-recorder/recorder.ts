import { createServer, type IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { callBuckets } from './buckets.ts'
import { callCloudFormation } from './cloudformation.ts'
import { callParameters } from './parameters.ts'
import { callQueues } from './queues.ts'
import { createAccount, type Account, type Answer, type Request } from './account.ts'
import { callIdentity } from './identity.ts'

/** An AWS account that deploy commands can be run against: it does what they ask, keeps what they made, and records both. */
export interface Recorder {
  readonly endpoint: string
  readonly account: Account
  /** Every call so far, as `service:Action`. */
  readonly calls: string[]
  close(): Promise<void>
}

const SERVICES: Readonly<Record<string, (request: Request, account: Account) => Answer>> = {
  cloudformation: callCloudFormation,
  s3: callBuckets,
  sqs: callQueues,
  ssm: callParameters,
  sts: callIdentity,
}

export async function startRecorder(port = 0): Promise<Recorder> {
  const server = createServer()
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address()
  const endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : port}`
  const account = createAccount(endpoint)
  const calls: string[] = []
  server.on('request', (incoming, outgoing) => {
    void readRequest(incoming).then((request) => {
      const answer = SERVICES[request.service]?.(request, account) ?? unknown(request)
      calls.push(`${request.service}:${request.action}`)
      outgoing.writeHead(answer.status ?? 200, { 'content-type': answer.type, ...answer.headers })
      outgoing.end(incoming.method === 'HEAD' ? undefined : answer.body)
    })
  })
  return {
    endpoint,
    account,
    calls,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** The service stands in the signature, the action in the body, a header or, for S3, in method and path. */
async function readRequest(incoming: IncomingMessage): Promise<Request> {
  const body = (await buffer(incoming)).toString('latin1')
  const url = new URL(incoming.url ?? '/', 'http://127.0.0.1')
  const service = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(incoming.headers.authorization ?? '')?.[1] ?? 's3'
  const target = incoming.headers['x-amz-target']
  const common = { service, method: incoming.method ?? 'GET', url, body }
  if (typeof target === 'string') {
    return {
      ...common,
      action: target.split('.').at(-1) ?? '',
      input: JSON.parse(Buffer.from(body, 'latin1').toString()),
    }
  }
  if (service === 's3') return { ...common, action: `${common.method} ${url.pathname}${url.search}`, input: {} }
  const form = new URLSearchParams(body)
  return { ...common, action: form.get('Action') ?? '', input: Object.fromEntries(form) }
}

function unknown({ service, action }: Request): Answer {
  return { status: 501, type: 'text/plain', body: `the recorder does not know ${service}:${action}` }
}
