import * as s3 from '@aws-sdk/client-s3'
import { XmlCodec } from '@aws-sdk/core/protocols'

/** One member of an operation's input or output, and where HTTP carries it. */
export interface Member {
  name: string
  place: 'label' | 'header' | 'metadata' | 'query' | 'payload' | 'document'
  /** The header's or the parameter's name. */
  wire: string
  schema: unknown
}

/** What client-s3 knows of one operation. */
export interface OperationShape {
  name: string
  method: string
  status: number
  level: 'service' | 'bucket' | 'object'
  /** The parameters that name the operation, such as `uploads` or `list-type=2`. */
  query: [name: string, value: string][]
  /** Parameters and headers without which a request is not this operation. */
  required: Member[]
  input: Member[]
  output: Member[]
  outputSchema: unknown
  /** Whether checksum headers are about the request's own body. */
  hasBodyChecksum: boolean
}

type Operation = typeof s3.PutObject$
type Schema = Parameters<ReturnType<XmlCodec['createSerializer']>['write']>[0]

// Neither XmlCodec nor the schemas are a promised API: this file is all that touches them, and its test pins them
const codec = new XmlCodec({
  xmlNamespace: 'http://s3.amazonaws.com/doc/2006-03-01/',
  serviceNamespace: 'com.amazonaws.s3',
  timestampFormat: { useTrait: true, default: 5 },
  httpBindings: true,
})

export function toXml(schema: unknown, value: object): string {
  const serializer = codec.createSerializer()
  serializer.write(resolve(schema) as Schema, value)
  return `<?xml version="1.0" encoding="UTF-8"?>\n${String(serializer.flush())}`
}

/** Throws when the text is not XML. */
export function fromXml(schema: unknown, text: string): unknown {
  return codec.createDeserializer().read(resolve(schema) as Schema, text)
}

const places: Record<string, Member['place']> = {
  httpHeader: 'header',
  httpQuery: 'query',
  httpPayload: 'payload',
  httpPrefixHeaders: 'metadata',
}

export const operationShapes: OperationShape[] = Object.values<unknown>(s3).filter(isOperation).map(toShape)

function isOperation(value: unknown): value is Operation {
  return Array.isArray(value) && value[0] === 9
}

function toShape([, , name, traits, inputSchema, outputSchema]: Operation): OperationShape {
  const { http, httpChecksum } = traits as { http: [string, string, number]; httpChecksum?: string }
  const [method, uri, status] = http
  const input = membersOf(inputSchema)
  const requiredCount = Number(resolve(inputSchema)[6] ?? 0)
  const hasBucket = input.some((member) => member.name === 'Bucket')
  return {
    name,
    method,
    status,
    level: uri.startsWith('/{Key+}') ? 'object' : hasBucket ? 'bucket' : 'service',
    query: [...new URLSearchParams(uri.split('?')[1])].filter(([parameter]) => parameter !== 'x-id'),
    required: input.slice(0, requiredCount).filter(({ place }) => place === 'query' || place === 'header'),
    input,
    output: membersOf(outputSchema),
    outputSchema,
    hasBodyChecksum: httpChecksum !== undefined,
  }
}

/** Structures are [3, namespace, name, traits, member names, member schemas, how many of them are required]. */
function membersOf(schema: unknown): Member[] {
  const [type, , , , names, schemas] = resolve(schema)
  if (type !== 3) return []
  return (names as string[]).map((name, index) => toMember(name, (schemas as unknown[])[index]))
}

/** A member is a schema, or a pair of a schema and its traits: bits, of which 1 is a label and 16 the payload, or names. */
function toMember(name: string, reference: unknown): Member {
  const [schema, traits] = Array.isArray(reference) ? (reference as unknown[]) : [reference, 0]
  if (typeof traits === 'number') {
    return { name, place: traits & 16 ? 'payload' : traits & 1 ? 'label' : 'document', wire: name, schema }
  }
  const [trait, place] = Object.entries(places).find(([one]) => one in Object(traits)) ?? ['', 'document' as const]
  const wire = String(Object(traits)[trait] ?? name)
  return { name, place, wire: place === 'header' ? wire.toLowerCase() : wire, schema }
}

function resolve(schema: unknown): unknown[] {
  return (typeof schema === 'function' ? schema() : schema) as unknown[]
}
