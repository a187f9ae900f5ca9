import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { type ApiCall, ApiError, type ApiReply, notModelled, type Operations, type Service, type Site } from './api.ts'
import { authenticate } from './authenticate.ts'
import type { AccessKeys } from './data-folder.ts'
import { protocols, renderError } from './protocols.ts'
import { readAll } from './request-body.ts'

/**
 * Listens on 127.0.0.1 only (port 0: any free one), sets `site.endpoint`, and gives every signed request that `authorize`
 * does not refuse to its service.
 * @throws Error when the port is taken
 */
export async function startServer(
  site: Site,
  services: Record<string, Operations | Service>,
  keys: AccessKeys,
  port: number,
  authorize: (call: ApiCall, operation: string, input: object) => void = () => {},
): Promise<{ endpoint: string; close: () => Promise<void> }> {
  const server = createServer((request, response) => void handle(request, response))
  // SDK clients keep idle connections; closing one just as it is used again is an ECONNRESET at the client
  server.keepAliveTimeout = 120_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === 'EADDRINUSE'
      reject(isTaken ? new Error(`port ${port} is in use: choose another one`, { cause: error }) : error)
    })
    server.listen(port, '127.0.0.1', resolve)
  })
  site.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (isForeign(request, site)) {
      return void response.writeHead(403).end('requests from other hosts and origins are refused\n')
    }
    const requestId = randomUUID()
    response.setHeader('x-amz-request-id', requestId).setHeader('x-amzn-requestid', requestId)
    const path = request.url?.split('?', 1)[0] ?? '/'
    let service = ''
    try {
      const call = await authenticate(site, keys, request, requestId, (name) => (service = name))
      const gone = new AbortController()
      response.once('close', () => response.writableFinished || gone.abort())
      await send(request, response, await dispatch({ ...call, signal: gone.signal }))
    } catch (error) {
      if (request.errored || response.destroyed) return
      if (response.headersSent) return void response.destroy()
      const isKnown = error instanceof ApiError
      if (!isKnown) site.warn(`${service} failed on ${request.method} ${path}: ${String((error as Error).stack)}`)
      const known = isKnown ? error : new ApiError(500, 'InternalError', String(error))
      const isJson = request.headers['x-amz-target'] !== undefined
      await send(request, response, renderError(known, { service, isJson, path, requestId }))
    }
  }

  async function dispatch(call: ApiCall): Promise<ApiReply> {
    const protocol = protocols.get(call.service)
    const service = Object.hasOwn(services, call.service) ? services[call.service] : undefined
    if (typeof service === 'function') return service(call)
    if (!service || !protocol) throw new ApiError(501, 'NotImplemented', `the local cloud has no ${call.service}`)
    const { operation, input } = await protocol.read(call, String(await readAll(call.body)))
    const answer = Object.hasOwn(service, operation) ? service[operation] : undefined
    if (!answer) throw notModelled(call.service, operation)
    authorize(call, operation, input)
    return protocol.write(operation, (await answer(input as never, call)) ?? {}, call.requestId)
  }

  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { endpoint: site.endpoint, close }
}

/** A web page may reach 127.0.0.1 by a name of its own (DNS rebinding) or by fetch: refused before anything is read. */
function isForeign({ headers }: IncomingMessage, { endpoint }: Site): boolean {
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(headers.host ?? '')) return true
  return ![undefined, endpoint, endpoint.replace('127.0.0.1', 'localhost')].includes(headers.origin)
}

async function send({ method }: IncomingMessage, response: ServerResponse, { status, headers, body = '' }: ApiReply) {
  const isWhole = typeof body === 'string' || Buffer.isBuffer(body)
  // The length that HEAD and 304 tell is the object's, and 204 has none
  const hasBody = method !== 'HEAD' && status !== 204 && status !== 304
  if (hasBody && isWhole) response.setHeader('content-length', Buffer.byteLength(body))
  response.writeHead(status, headers)
  if (isWhole) return void response.end(body)
  const write: (chunk: Buffer) => Promise<void> = promisify(response.write.bind(response))
  if (hasBody) for await (const chunk of body) await write(chunk)
  response.end()
}
