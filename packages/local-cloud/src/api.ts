import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'

/** Who makes a call. Every call has one, also those that one local service makes to another. */
export type Principal =
  | { type: 'administrator'; arn: string }
  | { type: 'role'; arn: string; roleArn: string }
  /** `sourceArn`: the resource that the service acts for, as aws:SourceArn. */
  | { type: 'service'; service: string; sourceArn: string }

/** One authenticated request on its way to a service. */
export interface ApiCall {
  /** As its signature names it: `s3`, `sqs`. */
  service: string
  principal: Principal
  requestId: string
  method: string
  url: URL
  headers: IncomingMessage['headers']
  /** The request's bytes with aws-chunked framing removed and the payload hash verified while they are read. */
  body: Readable
  /** Aborted when the client has gone away: nobody waits for the answer any more. */
  signal?: AbortSignal
}

/** Chunks of a body are good until the next one is asked for. */
export type ApiReply = {
  status: number
  headers?: Record<string, string>
  body?: string | Buffer | AsyncIterable<Buffer>
}

/** A service that speaks a protocol of its own: S3. */
export type Service = (call: ApiCall) => Promise<ApiReply>

/** AWS's operation names with what answers them. The input is what the SDK's types promise; each checks what it uses. */
export type Operations = Record<string, (input: never, call: ApiCall) => object | void | Promise<object>>

/** An error that a client gets by AWS's own code, in the protocol of its service. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly code: string
  /** More elements of an S3 error document, or members of a JSON error. */
  readonly details: Record<string, unknown>
  /** Headers that the response has besides. */
  headers: Record<string, string> = {}

  constructor(status: number, code: string, message: string, details: Record<string, unknown> = {}) {
    super(message)
    this.status = status
    this.code = code
    this.details = details
  }
}

export function notModelled(service: string, operation: string): ApiError {
  return new ApiError(501, 'NotImplemented', `${service}:${operation} is not modelled by the local cloud`)
}

/** What all parts of one local cloud share. */
export interface Site {
  accountId: string
  region: string
  /** `http://127.0.0.1:PORT`; known once the server listens. */
  endpoint: string
  /** Where objects and tables are kept; a temporary folder when the run is ephemeral. */
  dataDir: string
  /** Durations (visibility, delay, backoff, schedules) pass this many times faster; timestamps stay real. */
  timeScale: number
  /** One line for the person watching: a dropped message, a refused call, a killed function. */
  warn: (line: string) => void
}

export function arnOf({ region, accountId }: Site, service: string, resource: string): string {
  return `arn:aws:${service}:${region}:${accountId}:${resource}`
}
