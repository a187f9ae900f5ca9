import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { HttpRequest } from '@smithy/protocol-http'
import { SignatureV4 } from '@smithy/signature-v4'
import type { AccessKey } from './access-keys.ts'
import { ApiError } from './api.ts'

type Headers = IncomingMessage['headers']

/** The parts of a request that its signature covers, the path as it was sent. */
export interface SignedRequest {
  method: string
  path: string
  query: URLSearchParams
  headers: Headers
}

/** What a request says of its own signature; nothing of it is believed yet. */
export interface SignatureClaim {
  accessKeyId: string
  region: string
  service: string
  scope: string
  longDate: string
  signedHeaders: string[]
  signature: string
  sessionToken: string | undefined
  /** Only a presigned URL has it. */
  expiresSeconds: number | undefined
}

/** Signs a string in the claim's scope: what the chunks of a signed stream are compared with. */
export type StringSigner = (text: string) => Promise<string>

/** Reads the Authorization header or the query of a presigned URL; undefined when the request is not signed. */
export function readSignatureClaim({ headers, query }: SignedRequest): SignatureClaim | undefined {
  if (query.has('X-Amz-Signature')) {
    return createClaim({
      credential: query.get('X-Amz-Credential'),
      longDate: query.get('X-Amz-Date'),
      signedHeaders: query.get('X-Amz-SignedHeaders'),
      signature: query.get('X-Amz-Signature'),
      sessionToken: query.get('X-Amz-Security-Token') ?? undefined,
      expiresSeconds: Number(query.get('X-Amz-Expires') ?? Number.NaN),
    })
  }
  const authorization = headers.authorization
  if (!authorization?.startsWith('AWS4-HMAC-SHA256 ')) return undefined
  const field = (name: string) => new RegExp(`[ ,]${name}=([^, ]+)`).exec(authorization)?.[1]
  return createClaim({
    credential: field('Credential'),
    longDate: header(headers, 'x-amz-date'),
    signedHeaders: field('SignedHeaders'),
    signature: field('Signature'),
    sessionToken: header(headers, 'x-amz-security-token'),
    expiresSeconds: undefined,
  })
}

function createClaim(fields: {
  credential: string | null | undefined
  longDate: string | null | undefined
  signedHeaders: string | null | undefined
  signature: string | null | undefined
  sessionToken: string | undefined
  expiresSeconds: number | undefined
}): SignatureClaim {
  const { sessionToken, expiresSeconds, longDate, signature } = fields
  const [accessKeyId, shortDate, region, service, terminator] = fields.credential?.split('/') ?? []
  const isComplete = accessKeyId && region && service && signature && fields.signedHeaders && longDate
  if (
    !isComplete ||
    terminator !== 'aws4_request' ||
    !/^\d{8}T\d{6}Z$/.test(longDate) ||
    !longDate.startsWith(`${shortDate}T`)
  ) {
    throw new ApiError(
      400,
      'AuthorizationHeaderMalformed',
      'The signature is incomplete or its date is not that of its scope.',
    )
  }
  const scope = `${shortDate}/${region}/${service}/${terminator}`
  const signedHeaders = fields.signedHeaders!.toLowerCase().split(';')
  return { accessKeyId, region, service, scope, longDate, signedHeaders, signature, sessionToken, expiresSeconds }
}

/** Refuses a signature made for another time: 15 minutes either way, or outside the life of a presigned URL. */
export function checkSignatureTime({ longDate, expiresSeconds }: SignatureClaim, now: number): void {
  const signedAt = signingTime(longDate)
  const skewMs = 15 * 60_000
  if (expiresSeconds === undefined) {
    if (Math.abs(now - signedAt) <= skewMs) return
    throw new ApiError(
      403,
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
      { RequestTime: longDate, ServerTime: new Date(now).toISOString(), MaxAllowedSkewMilliseconds: String(skewMs) },
    )
  }
  if (!(expiresSeconds >= 1 && expiresSeconds <= 604_800)) {
    throw new ApiError(400, 'AuthorizationQueryParametersError', 'X-Amz-Expires must be between 1 and 604800 seconds')
  }
  if (signedAt > now + skewMs) throw new ApiError(403, 'AccessDenied', 'Request is not yet valid')
  if (now > signedAt + expiresSeconds * 1000) {
    throw new ApiError(403, 'AccessDenied', 'Request has expired', { ServerTime: new Date(now).toISOString() })
  }
}

/** Signs the request again with the key's secret and compares; errors are S3's (error-replies.ts translates them). */
export async function verifySignature(
  claim: SignatureClaim,
  key: AccessKey,
  request: SignedRequest,
  payloadHash: string,
): Promise<StringSigner> {
  if (key.sessionToken !== claim.sessionToken) {
    throw new ApiError(400, 'InvalidToken', 'The provided token is malformed or otherwise invalid.')
  }
  // Nobody may add a header that changes what a signed request does; the payload hash is signed in any case
  const unsigned = Object.keys(request.headers).filter(
    (name) => /^(host|x-amz-(?!content-sha256$).*)$/.test(name) && !claim.signedHeaders.includes(name),
  )
  if (unsigned.length > 0) {
    throw new ApiError(403, 'AccessDenied', 'There were headers present in the request which were not signed', {
      HeadersNotSigned: unsigned.join(', '),
    })
  }
  const signer = new RequestSigner(claim, key)
  const expected = await signer.signRequestOf(claim, request, payloadHash)
  if (!isEqual(expected, claim.signature)) {
    throw new ApiError(
      403,
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
      { AWSAccessKeyId: claim.accessKeyId },
    )
  }
  return (text) => signer.sign(text, { signingDate: new Date(signingTime(claim.longDate)) })
}

export function isEqual(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** The SDK's signer, with its protected steps used directly: its public ones pick the headers to sign themselves. */
class RequestSigner extends SignatureV4 {
  constructor({ region, service }: SignatureClaim, credentials: AccessKey) {
    super({ region, service, credentials, sha256: Sha256, uriEscapePath: service !== 's3' })
  }

  async signRequestOf(claim: SignatureClaim, request: SignedRequest, payloadHash: string): Promise<string> {
    const { method, path } = request
    const canonical = this.createCanonicalRequest(
      new HttpRequest({
        method,
        path: claim.service === 's3' ? encodeOnce(path) : path,
        query: groupQuery(request.query),
      }),
      Object.fromEntries(
        claim.signedHeaders.map((name) => [name, (header(request.headers, name) ?? '').trim().replace(/\s+/g, ' ')]),
      ),
      payloadHash,
    )
    const text = await this.createStringToSign(claim.longDate, claim.scope, canonical, 'AWS4-HMAC-SHA256')
    return this.sign(text, { signingDate: new Date(signingTime(claim.longDate)) })
  }
}

/** node:crypto in the shape that the SDK wants; the SDK's own JavaScript SHA-256 takes several times as long. */
class Sha256 {
  readonly #hash
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    const key = secret instanceof ArrayBuffer ? new Uint8Array(secret) : secret
    this.#hash = key === undefined ? createHash('sha256') : createHmac('sha256', asBytes(key))
  }
  update(chunk: Uint8Array): void {
    this.#hash.update(chunk)
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest()
  }
  reset(): void {}
}

function asBytes(key: string | ArrayBufferView): string | Uint8Array {
  return typeof key === 'string' ? key : new Uint8Array(key.buffer, key.byteOffset, key.byteLength)
}

// S3 alone signs the path encoded once; clients differ in which characters they send encoded
function encodeOnce(path: string): string {
  try {
    return path
      .split('/')
      .map((segment) => encodeURIComponent(decodeURIComponent(segment)).replace(/[!'()*]/g, percentEncode))
      .join('/')
  } catch {
    throw new ApiError(400, 'InvalidURI', "Couldn't parse the specified URI.")
  }
}

function percentEncode(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
}

function groupQuery(query: URLSearchParams): Record<string, string[]> {
  return Object.fromEntries([...new Set(query.keys())].map((name) => [name, query.getAll(name)]))
}

function signingTime(longDate: string): number {
  return Date.parse(longDate.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
}

function header(headers: Headers, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value.join(',') : value
}
