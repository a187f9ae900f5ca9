import type { ApiError, ApiReply, ServiceName } from './api.ts'
import { toXml } from './xml.ts'

const protocols = { s3: 's3', sqs: 'json', ssm: 'json', dynamodb: 'json', sns: 'query', sts: 'query' } as const

// Authentication errors are raised with S3's names; the other protocols call some of them differently
const names: Record<'s3' | 'json' | 'query', Record<string, string>> = {
  s3: {},
  json: {
    InvalidAccessKeyId: 'UnrecognizedClientException',
    InvalidToken: 'UnrecognizedClientException',
    SignatureDoesNotMatch: 'InvalidSignatureException',
  },
  query: { InvalidAccessKeyId: 'InvalidClientTokenId', InvalidToken: 'InvalidClientTokenId' },
}

export function isServiceName(name: string): name is ServiceName {
  return Object.hasOwn(protocols, name)
}

/** What SQS's errors were called in its query protocol: botocore, older SDKs and SNS's dead letters still do. */
export function sqsQueryName(code: string): string {
  if (code === 'QueueDoesNotExist') return 'AWS.SimpleQueueService.NonExistentQueue'
  return code.includes('Batch') ? `AWS.SimpleQueueService.${code}` : code
}

/** The error as the service's own clients expect it; for an unknown service by the form of its requests. */
export function renderError(
  error: ApiError,
  { service, isJson, path, requestId }: { service: string; isJson: boolean; path: string; requestId: string },
): ApiReply {
  const protocol = isServiceName(service) ? protocols[service] : isJson ? 'json' : 's3'
  const { status, message, details } = error
  const code = names[protocol][error.code] ?? error.code
  const side = status < 500 ? 'Sender' : 'Receiver'
  if (protocol === 'json') {
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'x-amzn-errortype': code,
      ...(service === 'sqs' && { 'x-amzn-query-error': `${sqsQueryName(code)};${side}` }),
    }
    const __type = service === 'sqs' ? `com.amazonaws.sqs#${code}` : code
    return { status, headers, body: JSON.stringify({ __type, message, ...details }) }
  }
  const body =
    protocol === 's3'
      ? toXml('Error', '', { Code: code, Message: message, ...details, Resource: path, RequestId: requestId })
      : toXml('ErrorResponse', '', { Error: { Type: side, Code: code, Message: message }, RequestId: requestId })
  return { status, headers: { 'content-type': 'application/xml' }, body }
}
