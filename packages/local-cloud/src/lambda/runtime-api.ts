import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readAll } from '../request-body.ts'

export interface Invocation {
  requestId: string
  functionArn: string
  /** When it will be killed, epoch milliseconds. */
  deadline: number
  /** JSON. */
  event: string
}

export class InvocationError extends Error {
  override readonly name = 'InvocationError'
  /** As Lambda names it: `Sandbox.Timedout`, `Runtime.ExitError`, or the name of what the handler threw. */
  readonly errorType: string

  constructor(errorType: string, message: string) {
    super(message)
    this.errorType = errorType
  }
}

/** What a runtime says. */
export interface RuntimeListener {
  /** It has initialized, or finished its last invocation, and waits for one. */
  next: (invoke: (invocation: Invocation) => void) => void
  responded: (requestId: string, response: string, memoryBytes: number) => void
  failed: (requestId: string, error: InvocationError) => void
  initFailed: (error: InvocationError) => void
}

export interface RuntimeApi {
  /** Host and port, for AWS_LAMBDA_RUNTIME_API. */
  address: string
  /** Opens a path for one runtime: nobody else can guess it. */
  open: (listener: RuntimeListener) => { path: string; close: () => void }
  close: () => Promise<void>
}

/** https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html, for all runtimes on one port of 127.0.0.1. */
export async function startRuntimeApi(): Promise<RuntimeApi> {
  const listeners = new Map<string, RuntimeListener>()
  // A runtime may wait for days for its next invocation
  const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 }, (request, response) => {
    const [secret = '', operation = ''] = request.url?.slice(1).split('/2018-06-01/runtime/') ?? []
    const listener = listeners.get(secret)
    if (!listener) response.writeHead(403).end()
    else answer(listener, operation, request, response).catch(() => response.writeHead(400).end())
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    open: (listener) => {
      const secret = randomUUID()
      listeners.set(secret, listener)
      return { path: `/${secret}`, close: () => void listeners.delete(secret) }
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(
  listener: RuntimeListener,
  operation: string,
  request: IncomingMessage,
  response: ServerResponse,
) {
  if (operation === 'invocation/next') {
    return listener.next(({ requestId, functionArn, deadline, event }) =>
      response
        .writeHead(200, {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(event),
          'lambda-runtime-aws-request-id': requestId,
          'lambda-runtime-deadline-ms': deadline,
          'lambda-runtime-invoked-function-arn': functionArn,
          'lambda-runtime-trace-id': 'Root=1-00000000-000000000000000000000000;Sampled=0',
        })
        .end(event),
    )
  }
  const body = String(await readAll(request))
  const [, requestId = '', result] = /^invocation\/([\w-]+)\/(response|error)$/.exec(operation) ?? []
  if (result === 'response') listener.responded(requestId, body, Number(request.headers['memory-used'] ?? 0))
  else if (result === 'error') listener.failed(requestId, readError(body))
  else if (operation === 'init/error') listener.initFailed(readError(body))
  else return response.writeHead(404).end()
  response.writeHead(202, { 'content-length': 0 }).end()
}

function readError(body: string): InvocationError {
  const { errorType = 'Runtime.Unknown', errorMessage = '' } = JSON.parse(body)
  return new InvocationError(errorType, errorMessage)
}
