import { ApiError } from './api.ts'
import type { SignedRequest } from './signature.ts'

/** What a request says of its own signature; nothing of it is believed yet. */
export interface SignatureClaim {
  accessKeyId: string
  region: string
  service: string
  scope: string
  /** As it is signed, `20260101T000000Z`. */
  longDate: string
  signedAt: Date
  signedHeaders: string[]
  signature: string
  sessionToken: string | undefined
  /** Only a presigned URL has it. */
  expiresSeconds: number | undefined
}

const maxSkewMs = 15 * 60_000

/** Reads the Authorization header or the query of a presigned URL; undefined when the request is not signed. */
export function readSignatureClaim({ headers, query }: SignedRequest): SignatureClaim | undefined {
  if (query.has('X-Amz-Signature')) {
    return createClaim((name) => query.get(`X-Amz-${name}`) ?? undefined, {
      longDate: query.get('X-Amz-Date') ?? '',
      sessionToken: query.get('X-Amz-Security-Token') ?? undefined,
      expiresSeconds: Number(query.get('X-Amz-Expires') ?? Number.NaN),
    })
  }
  const { authorization } = headers
  if (!authorization?.startsWith('AWS4-HMAC-SHA256 ')) return undefined
  return createClaim((name) => new RegExp(`[ ,]${name}=([^, ]+)`).exec(authorization)?.[1], {
    longDate: String(headers['x-amz-date']),
    sessionToken: headers['x-amz-security-token']?.toString(),
    expiresSeconds: undefined,
  })
}

function createClaim(
  field: (name: string) => string | undefined,
  rest: Pick<SignatureClaim, 'longDate' | 'sessionToken' | 'expiresSeconds'>,
): SignatureClaim {
  const { longDate } = rest
  const [, accessKeyId, scope, date, region, service] =
    /^([^/]+)\/((\d{8})\/([^/]+)\/([^/]+)\/aws4_request)$/.exec(field('Credential') ?? '') ?? []
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(longDate) ?? []
  const signedHeaders = field('SignedHeaders')?.toLowerCase().split(';')
  const signature = field('Signature')
  const isComplete = accessKeyId && scope && region && service && signedHeaders && signature
  if (!isComplete || date !== `${year}${month}${day}`) {
    const message = 'The signature is incomplete, or its date is not that of its scope.'
    throw new ApiError(400, 'AuthorizationHeaderMalformed', message)
  }
  const signedAt = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return { ...rest, accessKeyId, scope, region, service, signedAt, signedHeaders, signature }
}

/** Refuses a signature made for another time: 15 minutes either way, or outside the life of a presigned URL. */
export function checkSignatureTime({ longDate, signedAt, expiresSeconds }: SignatureClaim, now: number): void {
  const ageMs = now - signedAt.getTime()
  const ServerTime = new Date(now).toISOString()
  if (expiresSeconds === undefined) {
    if (Math.abs(ageMs) <= maxSkewMs) return
    const message = 'The difference between the request time and the current time is too large.'
    throw new ApiError(403, 'RequestTimeTooSkewed', message, { RequestTime: longDate, ServerTime })
  }
  if (!(expiresSeconds >= 1 && expiresSeconds <= 604_800)) {
    const message = 'X-Amz-Expires must be between 1 and 604800 seconds'
    throw new ApiError(400, 'AuthorizationQueryParametersError', message)
  }
  if (ageMs < -maxSkewMs) throw new ApiError(403, 'AccessDenied', 'Request is not yet valid', { ServerTime })
  if (ageMs > expiresSeconds * 1000) throw new ApiError(403, 'AccessDenied', 'Request has expired', { ServerTime })
}
