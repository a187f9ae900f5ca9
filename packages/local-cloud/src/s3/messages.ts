import { type ApiCall, ApiError, type ApiReply } from '../api.ts'
import { readDocument } from './body.ts'
import { fromXml, type Member, type OperationShape, toXml } from './codec.ts'

/** What an operation answers: members of its output by the SDK's names, and what HTTP adds to them. */
export type Answer<Output> = Partial<Omit<Output, '$metadata' | 'Body'>> & {
  Body?: ApiReply['body']
  $status?: number
  $headers?: Record<string, string>
  /** The whole answer, where the schema cannot express it. */
  $reply?: ApiReply
}

/** A request as the input object that the SDK was called with; only a streamed body stays in `call.body`. */
export async function readInput(shape: OperationShape, call: ApiCall): Promise<object> {
  const input: Record<string, unknown> = {}
  for (const member of shape.input) {
    const { name, place, wire } = member
    if (place === 'payload' && name !== 'Body') input[name] = await readPayload(shape, member, call)
    const text =
      place === 'header' ? call.headers[wire] : place === 'query' ? call.url.searchParams.get(wire) : undefined
    if (text !== undefined && text !== null) input[name] = toValue(member, String(text))
  }
  return input
}

async function readPayload(shape: OperationShape, { schema }: Member, call: ApiCall): Promise<unknown> {
  const text = await readDocument(call, shape.hasBodyChecksum)
  try {
    return fromXml(schema, text)
  } catch (error) {
    throw new ApiError(400, 'MalformedXML', `The XML you provided was not well-formed: ${String(error)}`)
  }
}

/** Scalar schemas are numbers: 0 text, 1 number, 2 boolean, 4 and 6 time. */
function toValue({ schema, wire }: Member, text: string): unknown {
  const details = { ArgumentName: wire, ArgumentValue: text }
  if (schema === 1 && !/^\d{1,15}$/.test(text)) {
    throw new ApiError(400, 'InvalidArgument', `Provided ${wire} not an integer or within integer range`, details)
  }
  if (schema === 1) return Number(text)
  if (schema === 2) return text === 'true'
  if (schema !== 4 && schema !== 6) return text
  // A date that cannot be read is no condition (RFC 9110)
  const date = new Date(text)
  return Number.isNaN(date.getTime()) ? undefined : date
}

export function writeReply(shape: OperationShape, answer: Answer<object>): ApiReply {
  if (answer.$reply) return answer.$reply
  const headers: Record<string, string> = {}
  const document: Record<string, unknown> = {}
  let xml: string | undefined
  for (const { name, place, wire, schema } of shape.output) {
    const value: unknown = Object(answer)[name]
    if (value === undefined || name === 'Body') continue
    if (place === 'header') headers[wire] = toText(value)
    else if (place === 'document') document[name] = value
    else xml = toXml(schema, Object(value))
  }
  if (shape.output.some(({ place }) => place === 'document')) xml = toXml(shape.outputSchema, document)
  if (xml !== undefined) headers['content-type'] = 'application/xml'
  const body = xml ?? answer.Body
  return { status: answer.$status ?? shape.status, headers: { ...headers, ...answer.$headers }, ...(body && { body }) }
}

function toText(value: unknown): string {
  if (value instanceof Date) return value.toUTCString()
  return typeof value === 'string' ? value : JSON.stringify(value)
}
