import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import type { AccessKeys } from './access-keys.ts'
import { type ApiCall, ApiError, type ServiceName, type Site } from './api.ts'
import { readAll, streamBody } from './request-body.ts'
import { verifySignature } from './signature.ts'
import { checkSignatureTime, readSignatureClaim, type SignatureClaim } from './signature-claim.ts'

const serviceNames: Record<ServiceName, true> = { s3: true, sqs: true, sns: true, ssm: true, sts: true, dynamodb: true }

/** Turns a request into a call by whoever signed it. `onScope` hears the service's name as soon as it is known. */
export async function authenticate(
  site: Site,
  keys: AccessKeys,
  request: IncomingMessage,
  requestId: string,
  onScope: (service: string) => void,
): Promise<ApiCall> {
  const { method = 'GET', headers, url: target = '/' } = request
  const path = target.split('?', 1)[0] ?? '/'
  const url = new URL(`${site.endpoint}/${target.slice(path.length)}`)
  // URL resolves dot segments, but they are ordinary characters of an object key
  Object.defineProperty(url, 'pathname', { value: path })

  const signed = { method, path, query: url.searchParams, headers }
  const claim = readSignatureClaim(signed)
  if (!claim) throw new ApiError(403, 'AccessDenied', 'Access Denied: the request is not signed')
  onScope(claim.service)
  const service = parseService(claim, site)
  const key = keys.find(claim.accessKeyId)
  if (!key) {
    throw new ApiError(403, 'InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.', {
      AWSAccessKeyId: claim.accessKeyId,
    })
  }
  checkSignatureTime(claim, Date.now())

  const call = { service, principal: key.principal, requestId, method, url, headers }
  if (service !== 's3') {
    const bytes = await readAll(request)
    await verifySignature(claim, key, signed, createHash('sha256').update(bytes).digest('hex'))
    return { ...call, body: Readable.from(bytes) }
  }
  const payloadHash = readPayloadHash(claim, signed)
  const sign = await verifySignature(claim, key, signed, payloadHash)
  return { ...call, body: streamBody(request, claim, payloadHash, sign) }
}

function parseService({ service, region }: SignatureClaim, site: Site): ServiceName {
  if (!isServiceName(service)) throw new ApiError(501, 'NotImplemented', `the local cloud has no ${service}`)
  if (region !== site.region) {
    const message = `the region '${region}' is wrong; expecting '${site.region}'`
    throw new ApiError(400, 'AuthorizationHeaderMalformed', message, { Region: site.region })
  }
  return service
}

function isServiceName(name: string): name is ServiceName {
  return Object.hasOwn(serviceNames, name)
}

function readPayloadHash(
  { expiresSeconds }: SignatureClaim,
  { headers, query }: { headers: IncomingMessage['headers']; query: URLSearchParams },
): string {
  const header = headers['x-amz-content-sha256'] ?? query.get('X-Amz-Content-Sha256')
  if (header) return String(header)
  if (expiresSeconds !== undefined) return 'UNSIGNED-PAYLOAD'
  throw new ApiError(400, 'MissingSecurityHeader', 'Your request was missing the header x-amz-content-sha256')
}
