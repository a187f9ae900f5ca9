import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import type { AccessKeys } from './access-keys.ts'
import { type ApiCall, ApiError, type ServiceName, type Site } from './api.ts'
import { isServiceName } from './error-replies.ts'
import { readAll, streamBody } from './request-body.ts'
import { checkSignatureTime, readSignatureClaim, type SignatureClaim, verifySignature } from './signature.ts'

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
    const message = 'The AWS Access Key Id you provided does not exist in our records.'
    throw new ApiError(403, 'InvalidAccessKeyId', message, { AWSAccessKeyId: claim.accessKeyId })
  }
  checkSignatureTime(claim, Date.now())

  const call = { service, principal: key.principal, requestId, method, url, headers }
  if (service !== 's3') {
    const bytes = await readAll(request)
    await verifySignature(claim, key, signed, createHash('sha256').update(bytes).digest('hex'))
    return { ...call, body: Readable.from(bytes) }
  }
  const payloadHash = headers['x-amz-content-sha256'] ?? url.searchParams.get('X-Amz-Content-Sha256')
  await verifySignature(claim, key, signed, String(payloadHash ?? 'UNSIGNED-PAYLOAD'))
  return { ...call, body: streamBody(request, String(payloadHash ?? 'UNSIGNED-PAYLOAD')) }
}

function parseService({ service, region }: SignatureClaim, site: Site): ServiceName {
  if (!isServiceName(service)) throw new ApiError(501, 'NotImplemented', `the local cloud has no ${service}`)
  if (region === site.region) return service
  const message = `the region '${region}' is wrong; expecting '${site.region}'`
  throw new ApiError(400, 'AuthorizationHeaderMalformed', message, { Region: site.region })
}
