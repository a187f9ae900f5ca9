import * as sdk from '@aws-sdk/client-s3'
import { AwsRestXmlProtocol } from '@aws-sdk/core/protocols'
import { NormalizedSchema } from '@smithy/core/schema'
import type { ApiCall, ApiReply } from '../api.ts'
import { escapeXml } from '../protocols.ts'
import { fail } from './conditions.ts'

// Neither the protocol's parts nor the schemas are a promised API: this file is all that touches them, and its test pins them
export const xmlNamespace = 'http://s3.amazonaws.com/doc/2006-03-01/'
const protocol = new AwsRestXmlProtocol({ defaultNamespace: 'com.amazonaws.s3', xmlNamespace })

/** What client-s3 knows of an operation. */
export type Operation = ReturnType<typeof toOperation>

const isOperation = (value: unknown): value is typeof sdk.PutObject$ => Array.isArray(value) && value[0] === 9

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
  const document = documentOf(output)
  return { name, method, status, level, query, required, input, output, document, hasBodyChecksum }
}

/** Where HTTP carries a member of an input or an output. */
function bindingOf(member: NormalizedSchema) {
  const { httpHeader, httpQuery, httpPrefixHeaders: prefix, httpPayload: isPayload } = member.getMergedTraits()
  return { header: httpHeader?.toLowerCase() ?? '', query: httpQuery ?? '', prefix, isPayload }
}

// The more of a request an operation asks for, the earlier it is tried: UploadPartCopy, UploadPart, PutObject
const specificity = ({ query, required }: Operation) => query.length + required.length
export const operations = Object.values<unknown>(sdk)
  .filter(isOperation)
  .map(toOperation)
  .toSorted((one, other) => specificity(other) - specificity(one))
const named = operations.flatMap(({ query }) => query.flatMap(([name, value]) => (value ? [] : name)))

/** Which of AWS's operations a request is, whether or not it is modelled. */
export function findOperation({ method, url, headers }: ApiCall, { bucket, key }: Target): Operation {
  const parameters = url.searchParams
  const level = key ? 'object' : bucket ? 'bucket' : 'service'
  const found = operations.find(
    (one) =>
      one.method === method &&
      one.level === level &&
      one.query.every(([name, value]) => (value ? parameters.get(name) === value : parameters.has(name))) &&
      one.required.every(({ header, query }) => (!query || parameters.has(query)) && (!header || headers[header])),
  )
  // Taking a request for an unknown subresource as one for the object itself would overwrite or delete the object
  const isIgnored = (name: string) => named.includes(name) && !found?.query.some(([known]) => known === name)
  if (found && ![...parameters.keys()].some(isIgnored)) return found
  return fail(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.')
}

/** What a request is about; no key: the bucket, no bucket: the service. */
export type Target = { bucket: string; key: string }

/** Reads a path-style path; the key is decoded once and then taken as it is. */
export function parseTarget(pathname: string): Target {
  const [, bucket = '', encoded = ''] = /^\/([^/]*)\/?(.*)$/s.exec(pathname) ?? []
  const key = attempt(() => decodeURIComponent(encoded)) ?? fail(400, 'InvalidURI', "Couldn't parse the URI.")
  if (Buffer.byteLength(key) > 1024) fail(400, 'KeyTooLongError', 'Your key is too long', { MaxSizeAllowed: '1024' })
  return { bucket, key }
}

export function parseCopySource(text: string): Target & { versionId: string | undefined } {
  const [, path = '', versionId] = /^\/?(.*?)(?:\?versionId=([^?]*))?$/s.exec(text) ?? []
  // Clients that encode the whole of it encode the bucket's slash as well
  return { ...parseTarget(`/${path.replace(/^([^/]*)%2[Ff]/, '$1/')}`), versionId }
}

/** A request as the input that the SDK was called with, but for a streamed body. */
export async function readInput(operation: Operation, { headers, url }: ApiCall, readBody: () => Promise<string>) {
  const input: Record<string, unknown> = {}
  for (const [name, member] of operation.input.structIterator()) {
    const { header, query, prefix, isPayload } = bindingOf(member)
    const text = header ? headers[header] : url.searchParams.get(query)
    if (typeof text === 'string') input[name] = toValue(member, header || query, text)
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
  return fail(400, 'InvalidArgument', `${ArgumentName} is no integer`, { ArgumentName, ArgumentValue: text })
}

export function fromXml(schema: NormalizedSchema, text: string): unknown {
  const read = () => protocol.getPayloadCodec().createDeserializer().read(schema, text)
  return attempt(read) ?? fail(400, 'MalformedXML', 'The XML you provided was not well-formed.')
}

function attempt<Result>(work: () => Result): Result | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}

/** The members whose names have this prefix, without it. */
export function unprefix(members: object, prefix: string): Record<string, unknown> {
  const found = Object.entries(members).filter(([name]) => name.startsWith(prefix))
  return Object.fromEntries(found.map(([name, value]) => [name.slice(prefix.length), value]))
}

/** Members of an operation's output; what the output does not have is not sent. `Body` may stand for the document. */
export type Answer = { [member: string]: unknown; Body?: ApiReply['body']; $status?: number }

export function writeReply({ output, status, document }: Operation, { $status, Body, ...answer }: Answer): ApiReply {
  const headers: Record<string, string> = {}
  for (const [name, member] of output.structIterator()) {
    const [value, { header, prefix }] = [answer[name], bindingOf(member)]
    if (header && value !== undefined)
      headers[header] = value instanceof Date ? value.toUTCString() : String(value as string | number)
    for (const [key, text] of Object.entries(prefix ? Object(value) : {})) headers[prefix + key] = String(text)
  }
  const content = typeof Body === 'string' || !document ? Body : document(answer)
  if (typeof content !== 'string') return { status: $status ?? status, headers, ...(content && { body: content }) }
  headers['content-type'] = 'application/xml'
  return { status: $status ?? status, headers, body: `<?xml version="1.0" encoding="UTF-8"?>\n${content}` }
}

type Write = (value: unknown) => string

/** What writes the document of an output, which is one of its members or all; undefined: it has none, or a stream. */
function documentOf(output: NormalizedSchema): Write | undefined {
  const members = [...output.structIterator()].filter(([, member]) => isInDocument(member))
  const [key, schema] = members.find(([, member]) => bindingOf(member).isPayload) ?? ['', output]
  if (members.length === 0 || schema.isStreaming()) return undefined
  const write = writerOf(schema, schema.getMergedTraits().xmlName ?? schema.getName() ?? '', ` xmlns="${xmlNamespace}"`)
  return key ? (answer) => write(Object(answer)[key]) : write
}

function isInDocument(member: NormalizedSchema): boolean {
  const { header, prefix } = bindingOf(member)
  return !header && !prefix
}

/** Writes as the SDK's codec would, which makes objects of all elements: a page of 1,000 keys takes a third of its time. */
function writerOf(schema: NormalizedSchema, name: string, attributes = ''): Write {
  const toElement = (content: string) => `<${name}${attributes}>${content}</${name}>`
  if (schema.isListSchema()) {
    const [item, isFlat] = [schema.getValueSchema(), schema.getMergedTraits().xmlFlattened]
    const writeItem = writerOf(item, isFlat ? name : (item.getMergedTraits().xmlName ?? 'member'))
    return (items) => (isFlat ? String : toElement)((items as unknown[]).map(writeItem).join(''))
  }
  if (!schema.isStructSchema()) {
    return (value) => toElement(escapeXml(value instanceof Date ? value.toISOString().replace('.000Z', 'Z') : value))
  }
  const members = [...schema.structIterator()].filter(([, member]) => isInDocument(member))
  const writers = members.map(([key, member]) => {
    const write = writerOf(member, member.getMergedTraits().xmlName ?? key)
    return (value: unknown) => (Object(value)[key] === undefined ? '' : write(Object(value)[key]))
  })
  return (value) => toElement(writers.map((write) => write(value)).join(''))
}
