import type { ApiError, ApiReply, ServiceName } from './api.ts'
import { toXml } from './xml.ts'

export type Protocol = 's3' | 'json' | 'query'

const protocols: Record<ServiceName, Protocol> = {
  s3: 's3',
  sqs: 'json',
  ssm: 'json',
  dynamodb: 'json',
  sns: 'query',
  sts: 'query',
}

/** The protocol in which a client of this service reads errors; a guess by the request's form for any other service. */
export function protocolOf(service: string | undefined, headers: Record<string, unknown>): Protocol {
  if (service !== undefined && Object.hasOwn(protocols, service)) return protocols[service as ServiceName]
  if (headers['x-amz-target'] !== undefined) return 'json'
  return String(headers['content-type']).startsWith('application/x-www-form-urlencoded') ? 'query' : 's3'
}

// Authentication errors are raised with S3's names; the other protocols call them differently
const namesInJson: Record<string, string> = {
  AccessDenied: 'AccessDeniedException',
  AuthorizationHeaderMalformed: 'IncompleteSignatureException',
  InvalidAccessKeyId: 'UnrecognizedClientException',
  InvalidToken: 'UnrecognizedClientException',
  MissingAuthenticationToken: 'MissingAuthenticationTokenException',
  RequestTimeTooSkewed: 'InvalidSignatureException',
  SignatureDoesNotMatch: 'InvalidSignatureException',
}
const namesInQuery: Record<string, string> = {
  AuthorizationHeaderMalformed: 'IncompleteSignature',
  InvalidAccessKeyId: 'InvalidClientTokenId',
  InvalidToken: 'InvalidClientTokenId',
  RequestTimeTooSkewed: 'SignatureDoesNotMatch',
}

const sqsQueryNames: Record<string, string> = {
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  ...Object.fromEntries(
    [
      'BatchEntryIdsNotDistinct',
      'BatchRequestTooLong',
      'EmptyBatchRequest',
      'InvalidBatchEntryId',
      'MessageNotInflight',
      'TooManyEntriesInBatchRequest',
      'UnsupportedOperation',
    ].map((code) => [code, `AWS.SimpleQueueService.${code}`]),
  ),
}

/** What SQS's errors were called in its query protocol: botocore, older SDKs and SNS's dead letters still do. */
export function sqsQueryName(code: string): string {
  return sqsQueryNames[code] ?? code
}

/** The error as the service's own clients expect it. */
export function renderError(
  error: ApiError,
  { service, protocol, path, requestId }: { service: string; protocol: Protocol; path: string; requestId: string },
): ApiReply {
  const { status, message, details } = error
  switch (protocol) {
    case 's3': {
      const content = { Code: error.code, Message: message, ...details, Resource: path, RequestId: requestId }
      const body = toXml('Error', '', content)
      return { status, headers: { 'content-type': 'application/xml' }, body }
    }
    case 'json': {
      const code = namesInJson[error.code] ?? error.code
      const sender = status < 500 ? 'Sender' : 'Receiver'
      return {
        status,
        headers: {
          'content-type': 'application/x-amz-json-1.0',
          'x-amzn-errortype': code,
          ...(service === 'sqs' && { 'x-amzn-query-error': `${sqsQueryName(code)};${sender}` }),
        },
        body: JSON.stringify({ __type: service === 'sqs' ? `com.amazonaws.sqs#${code}` : code, message, ...details }),
      }
    }
    case 'query': {
      const code = namesInQuery[error.code] ?? error.code
      const body = toXml('ErrorResponse', '', {
        Error: { Type: status < 500 ? 'Sender' : 'Receiver', Code: code, Message: message },
        RequestId: requestId,
      })
      return { status, headers: { 'content-type': 'text/xml' }, body }
    }
  }
}
