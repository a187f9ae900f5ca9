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
    if (member.place === 'payload' && member.name !== 'Body')
      input[member.name] = await readPayload(shape, member, call)
    if (member.place !== 'header' && member.place !== 'query') continue
    const { wire, name } = member
    const text = member.place === 'header' ? call.headers[wire] : call.url.searchParams.get(wire)
    if (text !== undefined && text !== null) input[name] = toValue(member, String(text))
  }
  return input
}

async function readPayload(shape: OperationShape, { schema }: Member, call: ApiCall): Promise<unknown> {
  const text = await readDocument(call, shape.hasBodyChecksum)
  try {
    if (text !== '') return fromXml(schema, text)
  } catch {
    // As for an empty body
  }
  const message = 'The XML you provided was not well-formed or did not validate against our published schema'
  throw new ApiError(400, 'MalformedXML', message)
}

/** Scalar schemas are numbers: 0 text, 1 number, 2 boolean, 4 to 7 times. */
function toValue({ schema, wire }: Member, text: string): unknown {
  switch (schema) {
    case 1:
      if (/^\d{1,15}$/.test(text)) return Number(text)
      throw new ApiError(400, 'InvalidArgument', `Provided ${wire} not an integer or within integer range`, {
        ArgumentName: wire,
        ArgumentValue: text,
      })
    case 2:
      return text === 'true'
    case 4:
    case 6: {
      // A date that cannot be read is no condition (RFC 9110)
      const date = new Date(text)
      return Number.isNaN(date.getTime()) ? undefined : date
    }
    default:
      return text
  }
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
