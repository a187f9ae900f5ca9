import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { HttpRequest } from '@smithy/protocol-http'
import { SignatureV4 } from '@smithy/signature-v4'
import type { AccessKey } from './access-keys.ts'
import { ApiError } from './api.ts'
import type { SignatureClaim } from './signature-claim.ts'

/** The parts of a request that its signature covers, the path as it was sent. */
export interface SignedRequest {
  method: string
  path: string
  query: URLSearchParams
  headers: IncomingMessage['headers']
}

/** Signs a string in the claim's scope: what the chunks of a signed stream are compared with. */
export type StringSigner = (text: string) => Promise<string>

/** Signs the request again with the key's secret and compares. Errors are S3's (error-replies.ts translates them). */
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
  if (!isEqual(await signer.signatureOf(request, payloadHash), claim.signature)) {
    throw new ApiError(
      403,
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
      { AWSAccessKeyId: claim.accessKeyId },
    )
  }
  return (text) => signer.signText(text)
}

export function isEqual(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** The SDK's signer by its inner steps: its public ones choose the headers to sign themselves. */
class RequestSigner extends SignatureV4 {
  readonly #claim: SignatureClaim

  constructor(claim: SignatureClaim, credentials: AccessKey) {
    const { region, service } = claim
    super({ region, service, credentials, sha256: Sha256, uriEscapePath: service !== 's3' })
    this.#claim = claim
  }

  async signatureOf({ method, path, query, headers }: SignedRequest, payloadHash: string): Promise<string> {
    const { service, scope, longDate, signedHeaders } = this.#claim
    const canonical = this.createCanonicalRequest(
      new HttpRequest({ method, path: service === 's3' ? encodeOnce(path) : path, query: groupQuery(query) }),
      Object.fromEntries(
        signedHeaders.map((name) => [
          name,
          String(headers[name] ?? '')
            .trim()
            .replace(/\s+/g, ' '),
        ]),
      ),
      payloadHash,
    )
    return this.signText(await this.createStringToSign(longDate, scope, canonical, 'AWS4-HMAC-SHA256'))
  }

  signText(text: string): Promise<string> {
    return this.sign(text, { signingDate: this.#claim.signedAt })
  }
}

/** node:crypto in the shape that the SDK wants. */
class Sha256 {
  readonly #hash
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', toBytes(secret))
  }
  update(chunk: Uint8Array): void {
    this.#hash.update(chunk)
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest()
  }
  reset(): void {}
}

function toBytes(secret: string | ArrayBuffer | ArrayBufferView): string | Uint8Array {
  if (typeof secret === 'string') return secret
  if (secret instanceof ArrayBuffer) return new Uint8Array(secret)
  return new Uint8Array(secret.buffer, secret.byteOffset, secret.byteLength)
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
