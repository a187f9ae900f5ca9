import { hash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { Sha256 } from '@aws-crypto/sha256-js'
import { HttpRequest } from '@smithy/protocol-http'
import { getCanonicalHeaders, SignatureV4 } from '@smithy/signature-v4'
import { type ApiCall, ApiError, type Site } from './api.ts'
import type { AccessKey, AccessKeys } from './data-folder.ts'
import { readAll, streamBody } from './request-body.ts'

/** What a request says of its own signature; nothing of it is believed yet. */
type Claim = ReturnType<typeof readClaim>
type Signed = { method: string; path: string; query: URLSearchParams; headers: IncomingMessage['headers'] }

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
  const claim = readClaim(signed)
  const { service, region, accessKeyId } = claim
  onScope(service)
  if (region !== site.region) {
    const message = `the region '${region}' is wrong; expecting '${site.region}'`
    throw new ApiError(400, 'AuthorizationHeaderMalformed', message, { Region: site.region })
  }
  const key = keys.get(accessKeyId)
  const details = { AWSAccessKeyId: accessKeyId }
  if (!key)
    throw new ApiError(403, 'InvalidAccessKeyId', 'The AWS Access Key Id does not exist in our records.', details)
  checkTime(claim, new Date())

  const call = { service, principal: key.principal, requestId, method, url, headers }
  if (service !== 's3') {
    const bytes = await readAll(request)
    await verify(claim, key, signed, hash('sha256', bytes))
    return { ...call, body: Readable.from(bytes) }
  }
  const given = headers['x-amz-content-sha256'] ?? url.searchParams.get('X-Amz-Content-Sha256')
  if (!given && claim.expiresSeconds === undefined) {
    throw new ApiError(400, 'InvalidRequest', 'Missing required header for this request: x-amz-content-sha256')
  }
  const payloadHash = String(given ?? 'UNSIGNED-PAYLOAD')
  await verify(claim, key, signed, payloadHash)
  return { ...call, body: streamBody(request, payloadHash) }
}

/** Reads the Authorization header or the query of a presigned URL. */
function readClaim({ headers, query }: Signed) {
  const { authorization = '' } = headers
  const isPresigned = query.has('X-Amz-Signature')
  // As S3 does for every bucket made since 2020; awscli 1 and boto3 still presign so unless they are told otherwise
  if (query.has('AWSAccessKeyId') || authorization.startsWith('AWS ')) {
    const message = 'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.'
    throw new ApiError(400, 'InvalidRequest', message)
  }
  if (!isPresigned && !authorization.startsWith('AWS4-HMAC-SHA256 ')) {
    throw new ApiError(403, 'AccessDenied', 'Access Denied: the request is not signed')
  }
  const field = (name: string) =>
    isPresigned ? query.get(`X-Amz-${name}`) : new RegExp(`[ ,]${name}=([^, ]+)`).exec(authorization)?.[1]
  const value = (name: string) => (isPresigned ? query.get(`X-Amz-${name}`) : headers[`x-amz-${name.toLowerCase()}`])

  const credential = /^([^/]+)\/(\d{8}\/([^/]+)\/([^/]+)\/aws4_request)$/.exec(field('Credential') ?? '')
  const [, accessKeyId, scope, region, service] = credential ?? []
  const longDate = String(value('Date'))
  const signedAt = new Date(longDate.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
  const [signedHeaders, signature] = [field('SignedHeaders')?.split(';'), field('Signature')]
  if (!accessKeyId || !scope || !region || !service || !signedHeaders || !signature || Number.isNaN(+signedAt)) {
    throw new ApiError(400, 'AuthorizationHeaderMalformed', 'The signature of the request is incomplete.')
  }
  const sessionToken = value('Security-Token')?.toString()
  const expiresSeconds = isPresigned ? Number(value('Expires')) : undefined
  const claimed = { accessKeyId, scope, region, service, longDate, signedAt, signedHeaders, signature }
  return { ...claimed, sessionToken, expiresSeconds }
}

/** Refuses a signature made for another time: 15 minutes either way, or outside the life of a presigned URL. */
function checkTime({ expiresSeconds, longDate: RequestTime, signedAt }: Claim, now: Date): void {
  const [ageSeconds, ServerTime] = [(+now - +signedAt) / 1000, now.toISOString()]
  if (expiresSeconds !== undefined && !(expiresSeconds >= 1 && expiresSeconds <= 604_800)) {
    throw new ApiError(400, 'AuthorizationQueryParametersError', 'X-Amz-Expires must be 1 to 604800 seconds')
  }
  if (ageSeconds >= -900 && ageSeconds <= (expiresSeconds ?? 900)) return
  if (expiresSeconds === undefined) {
    const message = 'The difference between the request time and the current time is too large.'
    const details = { RequestTime, ServerTime, MaxAllowedSkewMilliseconds: '900000' }
    throw new ApiError(403, 'RequestTimeTooSkewed', message, details)
  }
  const message = ageSeconds < 0 ? 'Request is not yet valid' : 'Request has expired'
  const Expires = new Date(+signedAt + expiresSeconds * 1000).toISOString()
  throw new ApiError(403, 'AccessDenied', message, { 'X-Amz-Expires': String(expiresSeconds), Expires, ServerTime })
}

/** Signs the request again with the key's secret and compares. Errors are S3's; protocols.ts translates them. */
async function verify(claim: Claim, key: AccessKey, request: Signed, payloadHash: string): Promise<void> {
  const { region, service, signedHeaders, accessKeyId } = claim
  if (key.sessionToken !== claim.sessionToken) throw new ApiError(400, 'InvalidToken', 'The provided token is invalid.')
  // Nobody may add a header that changes what a signed request does; the payload hash is signed in any case
  const unsigned = Object.keys(request.headers).filter(
    (name) => /^(host$|x-amz-(?!content-sha256$))/.test(name) && !signedHeaders.includes(name),
  )
  const details = { HeadersNotSigned: unsigned.join(', ') }
  if (unsigned.length > 0) throw new ApiError(403, 'AccessDenied', 'There were headers which were not signed', details)
  // S3 alone signs the path as it is sent, the others encode it once more
  const uriEscapePath = service !== 's3'
  const signer = new RequestSigner({ region, service, credentials: key, sha256: Sha256, uriEscapePath })
  const expected = Buffer.from(await signer.signatureOf(request, claim, payloadHash))
  const actual = Buffer.from(claim.signature)
  if (actual.length === expected.length && timingSafeEqual(actual, expected)) return
  const message = 'The request signature we calculated does not match the signature you provided. Check your key.'
  throw new ApiError(403, 'SignatureDoesNotMatch', message, { AWSAccessKeyId: accessKeyId })
}

/** The SDK's signer by its inner steps: its public ones choose the headers to sign themselves. */
class RequestSigner extends SignatureV4 {
  async signatureOf({ method, path, query, headers }: Signed, claim: Claim, payloadHash: string): Promise<string> {
    const values = Object.fromEntries([...new Set(query.keys())].map((name) => [name, query.getAll(name)]))
    const signed = Object.fromEntries(claim.signedHeaders.map((name) => [name, String(headers[name] ?? '')]))
    const request = new HttpRequest({ method, path, query: values, headers: signed })
    const canonicalHeaders = getCanonicalHeaders(request, undefined, new Set(claim.signedHeaders))
    const canonical = this.createCanonicalRequest(request, canonicalHeaders, payloadHash)
    const text = await this.createStringToSign(claim.longDate, claim.scope, canonical, 'AWS4-HMAC-SHA256')
    return this.sign(text, { signingDate: claim.signedAt })
  }
}
