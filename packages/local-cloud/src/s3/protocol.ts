import * as sdk from '@aws-sdk/client-s3'
import { AwsRestXmlProtocol } from '@aws-sdk/core/protocols'
import { HttpBindingProtocol } from '@smithy/core/protocols'
import { NormalizedSchema } from '@smithy/core/schema'
import type { ApiCall, ApiReply } from '../api.ts'
import { fail } from './errors.ts'

// Neither the protocol's parts nor the schemas are a promised API: this file is all that touches them, and its test pins them
export const xmlNamespace = 'http://s3.amazonaws.com/doc/2006-03-01/'
const protocol = new AwsRestXmlProtocol({ defaultNamespace: 'com.amazonaws.s3', xmlNamespace })

/** What client-s3 knows of an operation. */
export type Operation = ReturnType<typeof toOperation>

export const operations = Object.values<unknown>(sdk).filter(isOperation).map(toOperation)

function isOperation(value: unknown): value is typeof sdk.PutObject$ {
  return Array.isArray(value) && value[0] === 9
}

function toOperation([, , name, traits, inputSchema, outputSchema]: typeof sdk.PutObject$) {
  const { http, httpChecksum } = traits as { http: [string, string, number]; httpChecksum?: string }
  const [method, uri, status] = http
  const [input, output] = [NormalizedSchema.of(inputSchema), NormalizedSchema.of(outputSchema)]
  const members = [...input.structIterator()]
  const hasBucket = members.some(([member]) => member === 'Bucket')
  const level = uri.startsWith('/{Key+}') ? 'object' : hasBucket ? 'bucket' : 'service'
  // Parameters that name the operation, such as `uploads` or `list-type=2`
  const query = [...new URLSearchParams(uri.split('?')[1])].filter(([parameter]) => parameter !== 'x-id')
  // A structure's schema ends in the number of members that are required, which are its first ones
  const required = members.slice(0, Number(Object(input.getSchema())[6] ?? 0)).map(([, member]) => bindingOf(member))
  // Whether checksum headers are about the request's own body
  const hasBodyChecksum = httpChecksum !== undefined
  return { name, method, status, level, query, required, input, output, hasBodyChecksum }
}

/** Where HTTP carries a member of an input; in none of these: in the path. */
function bindingOf(member: NormalizedSchema) {
  const { httpHeader, httpQuery, httpPrefixHeaders, httpPayload } = member.getMergedTraits()
  return {
    header: httpHeader?.toLowerCase(),
    query: httpQuery,
    prefix: httpPrefixHeaders,
    isPayload: httpPayload === 1,
  }
}

/** A request as the input that the SDK was called with, but for a streamed body. */
export async function readInput(
  { input: schema }: Operation,
  { headers, url }: ApiCall,
  readBody: () => Promise<string>,
) {
  const input: Record<string, unknown> = {}
  for (const [name, member] of schema.structIterator()) {
    const { header, query, prefix, isPayload } = bindingOf(member)
    const text = header ? headers[header] : query ? url.searchParams.get(query) : undefined
    if (typeof text === 'string') input[name] = toValue(member, header ?? query ?? '', text)
    if (prefix) input[name] = unprefix(headers, prefix)
    if (isPayload && !member.isStreaming()) input[name] = fromXml(member, await readBody())
  }
  return input
}

/** Dates stay text: S3 gives Expires back as it came, and a date that cannot be read is no condition (RFC 9110). */
function toValue(member: NormalizedSchema, ArgumentName: string, text: string): unknown {
  if (member.isBooleanSchema()) return text === 'true'
  if (!member.isNumericSchema()) return text
  if (/^\d{1,15}$/.test(text)) return Number(text)
  const details = { ArgumentName, ArgumentValue: text }
  return fail(400, 'InvalidArgument', `Provided ${ArgumentName} not an integer or within integer range`, details)
}

export function fromXml(schema: NormalizedSchema, text: string): unknown {
  try {
    return protocol.getPayloadCodec().createDeserializer().read(schema, text)
  } catch (error) {
    return fail(400, 'MalformedXML', `The XML you provided was not well-formed: ${String(error)}`)
  }
}

/** The members whose names have this prefix, without it. */
export function unprefix(members: object, prefix: string): Record<string, unknown> {
  const found = Object.entries(members).filter(([name]) => name.startsWith(prefix))
  return Object.fromEntries(found.map(([name, value]) => [name.slice(prefix.length), value]))
}

/** Members of an operation's output; what the output does not have is not sent. `Body` may stand for the document. */
export type Answer = { [member: string]: unknown; Body?: ApiReply['body']; Expires?: string; $status?: number }

/** Sends an output as the SDK sends an input. */
export async function writeReply({ output, status }: Operation, { $status, Body, Expires, ...answer }: Answer) {
  const schema = { namespace: '', name: '', traits: 0, input: output, output }
  const context = { endpoint: async () => undefined }
  const sent = await HttpBindingProtocol.prototype.serializeRequest.call(protocol, schema, answer, context as never)
  const headers: Record<string, string> = {
    ...sent.headers,
    ...(Expires !== undefined && { expires: Expires }),
  }
  if (sent.body !== undefined) headers['content-type'] = 'application/xml'
  const body =
    Body ?? Buffer.from(sent.body === undefined ? '' : `<?xml version="1.0" encoding="UTF-8"?>\n${sent.body}`)
  return { status: $status ?? status, headers, body }
}
