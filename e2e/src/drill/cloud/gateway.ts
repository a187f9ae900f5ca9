import { Agent, createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One call of a function, on its way to the local cloud. */
export interface GatewayCall {
  /** Who calls. */
  subscriber: string
  /** `GetObject`, `PutItem`, `ChangeMessageVisibility`, … */
  operation: string
  /** Path and query as sent. */
  target: string
  /** The same for every try that the SDK makes of one call. */
  invocationId: string
  body: Buffer
  /** The ports of the connection: of the function's process, and here. */
  ports: { theirs: number; ours: number }
}

export type Decide = (call: GatewayCall) => Fate

/** What becomes of a call: it is let through, its connection breaks before or after its effect, or something else answers. */
export type Fate = 'forwarded' | 'dropped before' | 'dropped after' | Reply

interface Reply {
  status: number
  headers: Record<string, string>
  body: string
}

export interface Gateway {
  endpoint: string
  close: () => Promise<void>
}

/** Stands between a subscriber's functions and the local cloud, and lets through what `decide` lets through. */
export async function startGateway(subscriber: string, upstream: { port: number }, decide: Decide): Promise<Gateway> {
  const agent = new Agent({ keepAlive: true })
  const server = createServer((incoming, outgoing) => {
    const pass = handle(incoming, outgoing, subscriber, decide, (body) => forward(incoming, body, agent, upstream.port))
    pass.catch(() => outgoing.destroy())
  })
  server.keepAliveTimeout = 120_000
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    endpoint: `http://127.0.0.1:${port}`,
    async close() {
      agent.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function handle(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  subscriber: string,
  decide: Decide,
  next: (body: Buffer) => Promise<IncomingMessage>,
): Promise<void> {
  const body = Buffer.concat(await incoming.toArray())
  const fate = decide({ subscriber, body, ...describeCall(incoming) })
  if (fate === 'dropped before') return void outgoing.destroy()
  if (typeof fate === 'object') return void outgoing.writeHead(fate.status, fate.headers).end(fate.body)
  const answer = await next(body)
  const answered = Buffer.concat(await answer.toArray())
  if (fate === 'dropped after') return void outgoing.destroy()
  outgoing.writeHead(answer.statusCode ?? 500, answer.rawHeaders).end(answered)
}

function forward(incoming: IncomingMessage, body: Buffer, agent: Agent, port: number): Promise<IncomingMessage> {
  const { method, url: path, rawHeaders: headers } = incoming
  return new Promise((resolve, reject) => {
    // With the headers as they are, Host among them: they are signed
    const outgoing = httpRequest({ host: '127.0.0.1', port, agent, method, path, headers }, resolve)
    outgoing.once('error', reject)
    outgoing.end(body)
  })
}

function describeCall(incoming: IncomingMessage): Omit<GatewayCall, 'subscriber' | 'body'> {
  const { headers, method = '', url = '' } = incoming
  const target = headers['x-amz-target']
  return {
    operation: typeof target === 'string' ? target.slice(target.indexOf('.') + 1) : s3Operation(method, url),
    target: url,
    invocationId: String(headers['amz-sdk-invocation-id']),
    ports: { theirs: incoming.socket.remotePort ?? 0, ours: incoming.socket.localPort ?? 0 },
  }
}

function s3Operation(method: string, url: string): string {
  if (method === 'GET' && url.includes('list-type=2')) return 'ListObjectsV2'
  const verb = { GET: 'Get', HEAD: 'Head', PUT: 'Put', DELETE: 'Delete' }[method] ?? method
  return `${verb}Object`
}
