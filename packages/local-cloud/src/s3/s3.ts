import { join } from 'node:path'
import type { ApiCall, ApiReply, Site } from '../api.ts'
import { readAll } from '../request-body.ts'
import { createBlobs } from './blobs.ts'
import { type BucketSettings, bucketOperations, makeBucket } from './buckets.ts'
import { digest, requestedAlgorithm } from './checksums.ts'
import { copyOperations } from './copies.ts'
import { deleteOperations } from './deletes.ts'
import { fail } from './errors.ts'
import { listOperations } from './listings.ts'
import { multipartOperations } from './multipart.ts'
import { objectOperations } from './objects.ts'
import type { S3Call, S3Parts } from './operations.ts'
import { permissionsOf } from './permissions.ts'
import { type Answer, readInput, writeReply } from './protocol.ts'
import { findOperation, parseTarget } from './route.ts'
import { createStore } from './store.ts'

export type { BucketSettings } from './buckets.ts'
export type S3 = ReturnType<typeof createS3>

const operations: Record<string, (input: never, call: S3Call) => Answer | Promise<Answer>> = {
  ...bucketOperations,
  ...objectOperations,
  ...deleteOperations,
  ...copyOperations,
  ...listOperations,
  ...multipartOperations,
}

/** An S3 with its objects in `site.dataDir/s3`. `publish` gets the events; `authorize` is asked before anything is done. */
export function createS3(site: Site, publish: S3Parts['publish'], authorize: S3Parts['authorize'] = () => {}) {
  const blobs = createBlobs(join(site.dataDir, 's3/blobs'))
  const store = createStore(join(site.dataDir, 's3/objects.sqlite'), blobs)
  const parts = { site, store, blobs, publish, authorize }

  async function service(call: ApiCall): Promise<ApiReply> {
    const target = parseTarget(call.url.pathname)
    const operation = findOperation(call, target)
    const answer = Object.hasOwn(operations, operation.name) ? operations[operation.name] : undefined
    if (!answer) return fail(501, 'NotImplemented', `s3:${operation.name} is not modelled by the local cloud`)
    hoistHeaders(call)
    checkHeaders(call, site)
    for (const { action, resource } of permissionsOf(operation.name, call, target))
      authorize(call.principal, action, resource)
    const bucket = store.bucket(target.bucket)
    const input = await readInput(operation, call, () => readDocument(call, operation.hasBodyChecksum))
    const output = await answer(input as never, { ...call, ...parts, bucket, key: target.key })
    // Where there never were versions, answers have no version id
    return writeReply(operation, bucket.versioning === 'Off' ? { ...output, VersionId: undefined } : output)
  }

  const createBucket = (name: string, settings: BucketSettings) => makeBucket(parts, name, settings)
  return { service, operations: Object.keys(operations), createBucket, close: store.close }
}

/** A presigned URL carries as parameters what is otherwise in headers, such as user metadata. */
function hoistHeaders({ url, headers }: ApiCall): void {
  if (!url.searchParams.has('X-Amz-Signature')) return
  // SDKs presign the checksum of an empty body although they do not know the body yet
  for (const [name, value] of url.searchParams) {
    if (/^x-amz-(?!checksum-|sdk-)/.test(name)) headers[name] ??= value
  }
}

// Each of these changes what is stored or who may read it: to ignore one would be a lie
const refused = [
  /^x-amz-((copy-source-)?server-side-encryption-|object-lock-|grant-|write-offset-|website-redirect-|mfa:|bypass-)/,
  /^x-amz-(acl: (?!private$|bucket-owner-full-control$)|server-side-encryption: (?!AES256$)|storage-class: (?!STANDARD$))/,
]

/** Refuses what asks for another owner's bucket, or for a feature that is not modelled. */
function checkHeaders({ headers }: ApiCall, { accountId }: Site): void {
  for (const [name, value] of Object.entries(headers)) {
    const isForeign = name.endsWith('expected-bucket-owner') && value !== accountId
    if (isForeign) fail(403, 'AccessDenied', 'Access Denied')
    const header = `${name}: ${String(value)}`
    const isRefused = refused.some((pattern) => pattern.test(header))
    if (isRefused) fail(501, 'NotImplemented', `${header} is not modelled by the local cloud`)
  }
}

/** A small body. `hasChecksum`: the checksum headers are about it. */
async function readDocument({ headers, body }: ApiCall, hasChecksum: boolean): Promise<string> {
  const bytes = await readAll(body)
  await digest([bytes], hasChecksum ? requestedAlgorithm(headers) : undefined, headers)
  return bytes.toString()
}
