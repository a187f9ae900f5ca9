import { type ApiCall, ApiError, type ApiReply } from './api.ts'

/** How clients of a service write its calls and read its answers. */
interface Protocol {
  type: 'json' | 'query' | 'rest'
  read: (call: ApiCall, body: string) => Promise<{ operation: string; input: Record<string, unknown> }>
  write: (operation: string, output: object, requestId: string) => ApiReply
}

const json = (version: string): Protocol => ({
  type: 'json',
  read: async ({ headers }, body) => ({
    operation: String(headers['x-amz-target']).split('.').at(-1) ?? '',
    input: parseJson(body),
  }),
  write: (_, output) => jsonReply(200, `application/x-amz-json-${version}`, output),
})

const query = (namespace: string): Protocol => ({
  type: 'query',
  read: async (_, body) => {
    const { Action: operation, ...input } = parseForm(body)
    return { operation: typeof operation === 'string' ? operation : '', input }
  },
  write: (operation, output, RequestId) => {
    const content = { [`${operation}Result`]: output as XmlElements, ResponseMetadata: { RequestId } }
    return xmlReply(200, `${operation}Response`, content, ` xmlns="${namespace}"`)
  },
})

const rest: Protocol = {
  type: 'rest',
  read: readRest,
  write: (_, output) => jsonReply(200, 'application/json', output),
}

export const protocols: Record<string, Protocol> = {
  sqs: json('1.0'),
  dynamodb: json('1.0'),
  ssm: json('1.1'),
  sns: query('http://sns.amazonaws.com/doc/2010-03-31/'),
  sts: query('https://sts.amazonaws.com/doc/2011-06-15/'),
  lambda: rest,
}

function parseJson(text: string): Record<string, unknown> {
  try {
    return text === '' ? {} : JSON.parse(text)
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

// Authentication errors are raised with S3's names, and denials with one; other services call some of them differently
const codes: Record<string, Record<string, string>> = {
  json: {
    InvalidAccessKeyId: 'UnrecognizedClientException',
    InvalidToken: 'UnrecognizedClientException',
    SignatureDoesNotMatch: 'InvalidSignatureException',
    AccessDenied: 'AccessDeniedException',
  },
  query: { InvalidAccessKeyId: 'InvalidClientTokenId', InvalidToken: 'InvalidClientTokenId' },
  sns: { AccessDenied: 'AuthorizationError' },
}

/** What SQS's errors were called in its query protocol: botocore, older SDKs and SNS's dead letters still do. */
export function sqsQueryName(code: string): string {
  if (code === 'QueueDoesNotExist') return 'AWS.SimpleQueueService.NonExistentQueue'
  return code.includes('Batch')
    ? `AWS.SimpleQueueService.${code}`
    : code.replace(/^AccessDeniedException$/, 'AccessDenied')
}

/** The error as the service's own clients expect it; for an unknown service by the form of its requests. */
export function renderError(
  error: ApiError,
  { service, isJson, path, requestId }: { service: string; isJson: boolean; path: string; requestId: string },
): ApiReply {
  const type = protocols[service]?.type ?? (isJson ? 'json' : 's3')
  const { status, message, details } = error
  const code = codes[service]?.[error.code] ?? codes[type === 'rest' ? 'json' : type]?.[error.code] ?? error.code
  const side = status < 500 ? 'Sender' : 'Receiver'
  if (type === 'json' || type === 'rest') {
    const reply = jsonReply(status, 'application/x-amz-json-1.0', { __type: code, message, ...details })
    const queryError = service === 'sqs' && { 'x-amzn-query-error': `${sqsQueryName(code)};${side}` }
    return { ...reply, headers: { ...reply.headers, 'x-amzn-errortype': code, ...queryError } }
  }
  if (type === 'query') {
    return xmlReply(status, 'ErrorResponse', {
      Error: { Type: side, Code: code, Message: message },
      RequestId: requestId,
    })
  }
  const rest = { ...(details as XmlElements), Resource: path, RequestId: requestId }
  return xmlReply(status, 'Error', { Code: code, Message: message, ...rest })
}

function jsonReply(status: number, contentType: string, content: object): ApiReply {
  return { status, headers: { 'content-type': contentType }, body: JSON.stringify(content) }
}

/** Elements by name; an array repeats its element. */
interface XmlElements {
  [name: string]: string | number | undefined | XmlElements | XmlElements[]
}

function xmlReply(status: number, root: string, content: XmlElements, attributes = ''): ApiReply {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attributes}>${toXml(content)}</${root}>`
  return { status, headers: { 'content-type': 'application/xml' }, body }
}

function toXml(elements: XmlElements): string {
  return Object.entries(elements)
    .flatMap(([name, value]) => [value ?? []].flat().map((item) => [name, item] as const))
    .map(([name, item]) => `<${name}>${typeof item === 'object' ? toXml(item) : escape(String(item))}</${name}>`)
    .join('')
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\r': '&#13;' }

function escape(text: string): string {
  return text.replace(/[&<>"\r]/g, (character) => entities[character] ?? '')
}
