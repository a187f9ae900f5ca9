import { type ApiCall, ApiError } from '../api.ts'
import { type OperationShape, operationShapes } from './codec.ts'

/** What a request is about; no key: the bucket, no bucket: the service. */
export interface Target {
  bucket: string
  key: string
}

/** Reads a path-style path; the key is decoded once and then taken as it is. */
export function parseTarget(pathname: string): Target {
  const [, bucket = '', encoded = ''] = /^\/([^/]*)\/?(.*)$/s.exec(pathname) ?? []
  const key = decode(encoded)
  if (Buffer.byteLength(key) <= 1024) return { bucket, key }
  throw new ApiError(400, 'KeyTooLongError', 'Your key is too long', { MaxSizeAllowed: '1024' })
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new ApiError(400, 'InvalidURI', "Couldn't parse the specified URI.")
  }
}

// The more of a request an operation asks for, the earlier it is tried: UploadPartCopy, UploadPart, PutObject
const specificity = ({ query, required }: OperationShape) => query.length + required.length
const routes = operationShapes.toSorted((one, other) => specificity(other) - specificity(one))
const subresources = new Set(routes.flatMap(({ query }) => query.filter(([, value]) => !value).map(([name]) => name)))

/** Which of AWS's operations a request is, whether or not it is modelled. */
export function findOperation({ method, url, headers }: ApiCall, target: Target): OperationShape {
  const query = url.searchParams
  const level = target.key ? 'object' : target.bucket ? 'bucket' : 'service'
  const found = routes.find(
    (shape) =>
      shape.method === method &&
      shape.level === level &&
      shape.query.every(([name, value]) => (value ? query.get(name) === value : query.has(name))) &&
      shape.required.every(({ place, wire }) => (place === 'query' ? query.has(wire) : headers[wire] !== undefined)),
  )
  // Taking a request for an unknown subresource as one for the object itself would overwrite or delete the object
  const isIgnored = (name: string) => subresources.has(name) && !found?.query.some(([known]) => known === name)
  if (found && ![...query.keys()].some(isIgnored)) return found
  throw new ApiError(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.')
}
