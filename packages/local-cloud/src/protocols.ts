import { type ApiCall, ApiError, type ApiReply } from './api.ts'

/** How clients of a service write its calls and read its answers and errors. */
interface Protocol {
  read: (call: ApiCall, body: string) => Promise<{ operation: string; input: Record<string, unknown> }>
  write: (operation: string, output: object, requestId: string) => ApiReply
  /** What it calls errors that are raised with S3's names, whatever the service. */
  codes: Record<string, string>
}

const jsonCodes: Record<string, string> = {
  InvalidAccessKeyId: 'UnrecognizedClientException',
  InvalidToken: 'UnrecognizedClientException',
  SignatureDoesNotMatch: 'InvalidSignatureException',
  AccessDenied: 'AccessDeniedException',
}
const json = (version: string): Protocol => ({
  read: async ({ service, headers: { 'x-amz-target': target } }, body) => {
    const message = `the query protocol of ${service} is not modelled: use a client from after November 2023`
    if (target === undefined) throw new ApiError(501, 'NotImplemented', message)
    return { operation: String(target).split('.').at(-1) ?? '', input: parseJson(body) }
  },
  write: (_, output) => jsonReply(200, output, { 'content-type': `application/x-amz-json-${version}` }),
  codes: jsonCodes,
})

const queryCodes = { InvalidAccessKeyId: 'InvalidClientTokenId', InvalidToken: 'InvalidClientTokenId' }
const query = (namespace: string, codes = {}): Protocol => ({
  read: async (_, body) => {
    const { Action: operation, ...input } = parseForm(body)
    return { operation: typeof operation === 'string' ? operation : '', input }
  },
  write: (operation, output, RequestId) => {
    const content = { [`${operation}Result`]: output as XmlElements, ResponseMetadata: { RequestId } }
    return xmlReply(200, `${operation}Response xmlns="${namespace}"`, content)
  },
  codes: { ...queryCodes, ...codes },
})

const all: Record<string, Protocol> = {
  sqs: json('1.0'),
  dynamodb: json('1.0'),
  ssm: json('1.1'),
  sns: query('http://sns.amazonaws.com/doc/2010-03-31/', { AccessDenied: 'AuthorizationError' }),
  sts: query('https://sts.amazonaws.com/doc/2011-06-15/'),
  lambda: { ...json('1.1'), read: readRest },
}
/** Of each service but S3. */
export const protocols = new Map(Object.entries(all))

function parseJson(text: string): Record<string, unknown> {
  try {
    return text === '' ? {} : Object(JSON.parse(text))
  } catch {
    throw new ApiError(400, 'SerializationException', 'the body is not a JSON document')
  }
}

interface Form {
  [name: string]: string | Form
}

/** `Tags.entry.1.Name=a` is a member of a member. */
function parseForm(text: string): Form {
  const createNode = (): Form => Object.create(null)
  const form = createNode()
  for (const [path, value] of new URLSearchParams(text)) {
    const names = path.split('.')
    const last = names.pop() ?? ''
    names.reduce((node, name) => (node[name] ??= createNode()) as Form, form)[last] = value
  }
  return form
}

/** Lambda's operations are told by method and path, as its SDK knows them: [9, namespace, name, { http: […] }, …]. */
async function readRest({ method, url }: ApiCall, body: string) {
  for (const schema of Object.values<unknown>(await import('@aws-sdk/client-lambda'))) {
    if (!Array.isArray(schema) || schema[0] !== 9 || schema[3].http[0] !== method) continue
    const path = schema[3].http[1].replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')
    const labels = new RegExp(`^${path}/?$`).exec(decodeURIComponent(url.pathname))
    const input = { ...Object.fromEntries(url.searchParams), ...labels?.groups, ...(labels && parseJson(body)) }
    if (labels) return { operation: String(schema[2]), input }
  }
  throw new ApiError(404, 'UnknownOperationException', `lambda has no operation ${method} ${url.pathname}`)
}

/** What SQS's errors were called in its query protocol: botocore, older SDKs and SNS's dead letters still do. */
export function sqsQueryName(code: string): string {
  if (code === 'QueueDoesNotExist') return 'AWS.SimpleQueueService.NonExistentQueue'
  if (code.includes('Batch')) return `AWS.SimpleQueueService.${code}`
  return code === 'AccessDeniedException' ? 'AccessDenied' : code
}

type Asked = { service: string; isJson: boolean; path: string; requestId: string }

/** The error as the service's own clients expect it; for an unknown service by the form of its requests. */
export function renderError(error: ApiError, { service, isJson, path, requestId: RequestId }: Asked): ApiReply {
  const { message: Message, details } = error
  const codes: Record<string, string> = protocols.get(service)?.codes ?? (isJson ? jsonCodes : {})
  const Code = codes[error.code] ?? error.code
  const is400 = error.status === 403 && ['dynamodb', 'ssm'].includes(service)
  const status = is400 ? 400 : error.status
  const Type = status < 500 ? 'Sender' : 'Receiver'
  if (isJson || service === 'lambda') {
    const queryError = service === 'sqs' && { 'x-amzn-query-error': `${sqsQueryName(Code)};${Type}` }
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-errortype': Code, ...queryError }
    return jsonReply(status, { __type: Code, message: Message, ...details }, headers)
  }
  if (service && service !== 's3')
    return xmlReply(status, 'ErrorResponse', { Error: { Type, Code, Message }, RequestId })
  const reply = xmlReply(status, 'Error', { Code, Message, ...(details as XmlElements), Resource: path, RequestId })
  return { ...reply, headers: { ...reply.headers, ...error.headers } }
}

function jsonReply(status: number, content: object, headers: Record<string, string>): ApiReply {
  return { status, headers, body: JSON.stringify(content) }
}

/** Elements by name; an array repeats its element. */
interface XmlElements {
  [name: string]: string | number | undefined | XmlElements | XmlElements[]
}

function xmlReply(status: number, root: string, content: XmlElements): ApiReply {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<${root}>${toXml(content)}</${root.split(' ', 1)[0]}>`
  return { status, headers: { 'content-type': 'application/xml' }, body }
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\r': '&#13;',
}

export function escapeXml(content: unknown): string {
  return String(content).replace(/[&<>"\n\r]/g, (character) => entities[character] ?? '')
}

function toXml(content: string | number | XmlElements): string {
  if (typeof content !== 'object') return escapeXml(content)
  const elements = Object.entries(content).flatMap(([name, value]) =>
    [value ?? []].flat().map((item) => `<${name}>${toXml(item)}</${name}>`),
  )
  return elements.join('')
}
