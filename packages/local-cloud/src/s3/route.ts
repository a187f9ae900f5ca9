import type { ApiCall } from '../api.ts'
import { fail } from './errors.ts'
import { type Operation, operations } from './protocol.ts'

/** What a request is about; no key: the bucket, no bucket: the service. */
export interface Target {
  bucket: string
  key: string
}

/** Reads a path-style path; the key is decoded once and then taken as it is. */
export function parseTarget(pathname: string): Target {
  const [, bucket = '', encoded = ''] = /^\/([^/]*)\/?(.*)$/s.exec(pathname) ?? []
  const key = decode(encoded)
  if (Buffer.byteLength(key) > 1024) fail(400, 'KeyTooLongError', 'Your key is too long', { MaxSizeAllowed: '1024' })
  return { bucket, key }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return fail(400, 'InvalidURI', "Couldn't parse the specified URI.")
  }
}

export function parseCopySource(text: string): Target & { versionId: string | undefined } {
  const [, path = '', versionId] = /^\/?(.*?)(?:\?versionId=([^?]*))?$/s.exec(text) ?? []
  // Clients that encode the whole of it encode the bucket's slash as well
  return { ...parseTarget(`/${path.replace(/^([^/]*)%2[Ff]/, '$1/')}`), versionId }
}

// The more of a request an operation asks for, the earlier it is tried: UploadPartCopy, UploadPart, PutObject
const specificity = ({ query, required }: Operation) => query.length + required.length
const routes = operations.toSorted((one, other) => specificity(other) - specificity(one))
const subresources = new Set(routes.flatMap(({ query }) => query.filter(([, value]) => !value).map(([name]) => name)))

/** Which of AWS's operations a request is, whether or not it is modelled. */
export function findOperation({ method, url, headers }: ApiCall, target: Target): Operation {
  const parameters = url.searchParams
  const level = target.key ? 'object' : target.bucket ? 'bucket' : 'service'
  const found = routes.find(
    (one) =>
      one.method === method &&
      one.level === level &&
      one.query.every(([name, value]) => (value ? parameters.get(name) === value : parameters.has(name))) &&
      one.required.every(({ header, query }) => (!query || parameters.has(query)) && (!header || headers[header])),
  )
  // Taking a request for an unknown subresource as one for the object itself would overwrite or delete the object
  const isIgnored = (name: string) => subresources.has(name) && !found?.query.some(([known]) => known === name)
  if (found && ![...parameters.keys()].some(isIgnored)) return found
  return fail(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.')
}
