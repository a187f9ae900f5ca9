import { join } from 'node:path'
import { Event } from '@aws-sdk/client-s3'
import type { ApiCall, ApiReply, Site } from '../api.ts'
import { readAll } from '../request-body.ts'
import { createBlobs } from './blobs.ts'
import { digest, requestedAlgorithm } from './checksums.ts'
import { fail } from './conditions.ts'
import { deleteOperations } from './deletes.ts'
import { listOperations } from './listings.ts'
import { multipartOperations } from './multipart.ts'
import { idOf, publishTestEvent } from './notifications.ts'
import { objectOperations } from './objects.ts'
import type { S3Call, S3Parts } from './operations.ts'
import { permissionsOf } from './permissions.ts'
import { type Answer, findOperation, parseTarget, readInput, writeReply } from './protocol.ts'
import { type Bucket, createStore, type Topic } from './store.ts'

export type BucketSettings = { versioned: boolean; topics: Topic[] }
export type S3 = ReturnType<typeof createS3>

const operations: Record<string, (input: never, call: S3Call) => Answer | Promise<Answer>> = {
  ...objectOperations,
  ...deleteOperations,
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
    for (const needed of permissionsOf(operation.name, call, target)) authorize(call.principal, ...needed)
    const bucket = target.bucket ? store.bucket(target.bucket) : noBucket
    const input = await readInput(operation, call, async () => {
      const document = await readAll(call.body)
      await digest([document], operation.hasBodyChecksum ? requestedAlgorithm(call.headers) : undefined, call.headers)
      return document.toString()
    })
    const output = await answer(input as never, { ...call, ...parts, bucket, key: target.key })
    // Where there never were versions, answers have no version id
    const VersionId = bucket.versioning === 'Off' ? undefined : output['VersionId']
    return writeReply(operation, { Bucket: target.bucket, Key: target.key, Name: target.bucket, ...output, VersionId })
  }

  /** Makes or changes a bucket. Topics of new configurations get an s3:TestEvent; rejects when S3 would refuse. */
  async function createBucket(Key: string, { versioned, topics: given }: BucketSettings): Promise<void> {
    const isName = /^(?!xn--|sthree-)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(Key)
    if (!isName) fail(400, 'InvalidBucketName', `The specified bucket is not valid: ${Key}`)
    const events = given.flatMap(({ Events }) => Events)
    const unknown = events.find((event) => !Object.values<string>(Event).includes(event))
    if (unknown) fail(400, 'InvalidArgument', `The event '${unknown}' is not supported for notifications`)
    const topics = given.map((topic) => ({ Id: idOf(topic), ...topic }))
    const existing = store.buckets.get(Key)
    const changed = topics.filter(({ Id }) => !existing?.topics.some((known) => known.Id === Id))
    for (const arn of new Set(changed.map(({ TopicArn }) => TopicArn))) await publishTestEvent(parts, Key, arn)
    const otherwise = existing && existing.versioning !== 'Off' ? 'Suspended' : 'Off'
    const bucket = { versioning: versioned ? 'Enabled' : otherwise, topics } as const
    // The same bucket, not a new one in its place: uploads that are on their way have it
    store.setBucket(Object.assign(existing ?? { Key, rank: '', LastModified: new Date() }, bucket))
  }

  return { service, operations: Object.keys(operations), createBucket, close: () => store.database.close() }
}

// ListBuckets alone is about none
const noBucket: Bucket = { Key: '', rank: '', LastModified: new Date(0), versioning: 'Off', topics: [] }

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
