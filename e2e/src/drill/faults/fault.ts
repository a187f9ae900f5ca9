import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'

/** What a delivery must come to when a call that it makes ends in a fault, once. */
export type Verdict =
  /** The message comes again, and then all is well. */
  | 'tried again'
  /** No failure at all: the first receive settles it. */
  | 'settled at once'

/** A way in which a call of AWS ends badly. */
export interface Fault {
  /** As AWS names it, or the error of a connection. */
  error: string
  /** 0: there is no answer. */
  status: number
  /** An operation, all of `DynamoDB`, or every call. */
  on: string
  verdict: Verdict
}

/** A table of faults as others have written it down, which lies beside some checkouts. */
const CaseFile = z.object({
  cases: z.array(z.object({ error: z.string(), status: z.number(), on: z.string(), expect: z.string() })),
})

const beside = join(import.meta.dirname, '../../../../../shared/fixtures/cases/dependency-faults.json')

/** Those of the table and our own, each once. */
export function listFaults(): Fault[] {
  const table = existsSync(beside) ? CaseFile.parse(JSON.parse(readFileSync(beside, 'utf8'))).cases : []
  const given = table.map(({ expect, ...fault }) => ({ ...fault, verdict: verdictOf(expect) }))
  const faults = new Map([...given, ...OURS].map((fault) => [`${fault.error} ${fault.on}`, fault]))
  return [...faults.values()]
}

function verdictOf(expected: string): Verdict {
  return /^(transient|retry)/.test(expected) ? 'tried again' : 'settled at once'
}

const OURS: Fault[] = [
  { error: 'NoSuchKey', status: 404, on: 'GetObject', verdict: 'settled at once' },
  { error: 'NoSuchVersion', status: 404, on: 'GetObject', verdict: 'settled at once' },
  { error: 'MethodNotAllowed', status: 405, on: 'GetObject', verdict: 'settled at once' },
  { error: 'PreconditionFailed', status: 412, on: 'GetObject', verdict: 'settled at once' },
  { error: 'InvalidObjectState', status: 403, on: 'GetObject', verdict: 'settled at once' },
  { error: 'AccessDenied', status: 403, on: 'GetObject', verdict: 'tried again' },
  { error: 'RequestTimeout', status: 400, on: 'GetObject', verdict: 'tried again' },
  { error: 'AccessDenied', status: 403, on: 'HeadObject', verdict: 'tried again' },
  { error: 'AccessDenied', status: 403, on: 'PutObject', verdict: 'tried again' },
  { error: 'PreconditionFailed', status: 412, on: 'PutObject', verdict: 'settled at once' },
  { error: 'ConditionalRequestConflict', status: 409, on: 'PutObject', verdict: 'settled at once' },
  { error: 'ConditionalCheckFailedException', status: 400, on: 'PutItem', verdict: 'settled at once' },
  { error: 'ThrottlingException', status: 400, on: 'DynamoDB', verdict: 'tried again' },
  { error: 'ProvisionedThroughputExceededException', status: 400, on: 'DynamoDB', verdict: 'tried again' },
  { error: 'AccessDeniedException', status: 400, on: 'DynamoDB', verdict: 'tried again' },
  { error: 'ServiceUnavailable', status: 503, on: 'every call', verdict: 'tried again' },
  { error: 'ECONNRESET', status: 0, on: 'every call', verdict: 'tried again' },
]

const DYNAMODB = new Set(['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query'])

/** Whether calls of this operation can end so. */
export function isOn({ on }: Fault, operation: string): boolean {
  return on === operation || on === 'every call' || (on === 'DynamoDB' && DYNAMODB.has(operation))
}
