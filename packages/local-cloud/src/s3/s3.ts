import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type ApiCall, ApiError, type ApiReply, notModelled, type Service, type Site } from '../api.ts'
import { createBlobs } from './blobs.ts'
import { createBucketOperations } from './bucket-operations.ts'
import { createCopyOperations } from './copy-object.ts'
import { createDeleteOperations } from './delete-operations.ts'
import { createListOperations } from './list-operations.ts'
import { readInput, writeReply } from './messages.ts'
import { createMultipartOperations, type Upload, type UploadedPart } from './multipart-operations.ts'
import {
  type BucketNotification,
  checkNotifications,
  createNotify,
  notificationId,
  type Publish,
  publishTestEvent,
} from './notifications.ts'
import { createObjectOperations } from './object-operations.ts'
import type { Operations } from './parts.ts'
import { findOperation, parseTarget } from './route.ts'
import { type Bucket, createStore } from './store.ts'
import { createTable } from './table.ts'
import { createTagOperations } from './tags.ts'
import { checkHeaders } from './write-object.ts'

export interface BucketSettings {
  versioned: boolean
  notifications: BucketNotification[]
}

export interface S3 {
  service: Service
  /** AWS's names of what is modelled. */
  operations: string[]
  /**
   * Makes the bucket, or gives an existing one these settings. Topics of new or changed notifications get an s3:TestEvent;
   * rejects when one cannot, or when S3 would refuse the settings.
   */
  createBucket: (name: string, settings: BucketSettings) => Promise<void>
  close: () => void
}

/** An S3 with its objects in `site.dataDir/s3`. `publish` gets the events. */
export function createS3(site: Site, publish: Publish): S3 {
  const folder = join(site.dataDir, 's3')
  mkdirSync(folder, { recursive: true })
  const database = new DatabaseSync(join(folder, 's3.sqlite'))
  // A killed process loses nothing this way, a power cut at most the last changes, and no change waits for the disk
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
  const store = createStore(database)
  const uploads = createTable<Upload>(database, 'uploads')
  const uploadedParts = createTable<UploadedPart>(database, 'parts')
  const named = [...store.versions.all(), ...uploadedParts.all()].flatMap((row) => ('blob' in row ? row.blob : []))
  const blobs = createBlobs(join(folder, 'blobs'), new Set(named))
  const parts = { site, store, uploads, uploadedParts, blobs, notify: createNotify(site, publish) }
  const operations: Operations = {
    ...createBucketOperations(parts),
    ...createObjectOperations(parts),
    ...createCopyOperations(parts),
    ...createDeleteOperations(parts),
    ...createTagOperations(parts),
    ...createListOperations(parts),
    ...createMultipartOperations(parts),
  }

  async function service(call: ApiCall): Promise<ApiReply> {
    const target = parseTarget(call.url.pathname)
    const shape = findOperation(call, target)
    const answer = Object.hasOwn(operations, shape.name) ? operations[shape.name] : undefined
    if (!answer) throw notModelled('s3', shape.name)
    hoistHeaders(call)
    checkHeaders(call.headers)
    checkOwner(call, site)
    const bucket = target.bucket ? store.bucket(target.bucket) : noBucket
    const input = await readInput(shape, call)
    return writeReply(shape, await answer(input as never, { ...call, bucket, key: target.key }))
  }

  async function createBucket(name: string, { versioned, notifications }: BucketSettings): Promise<void> {
    if (!/^(?!xn--|sthree-)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)) {
      throw new ApiError(400, 'InvalidBucketName', `The specified bucket is not valid: ${name}`)
    }
    checkNotifications(notifications)
    const existing = store.buckets.get(name)
    const known = new Set(existing?.notifications.map(notificationId))
    const changed = notifications.filter((notification) => !known.has(notificationId(notification)))
    for (const topicArn of new Set(changed.map((one) => one.topicArn))) await publishTestEvent(publish, name, topicArn)
    const wasVersioned = existing !== undefined && existing.versioning !== 'Off'
    const versioning: Bucket['versioning'] = versioned ? 'Enabled' : wasVersioned ? 'Suspended' : 'Off'
    // The same bucket, not a new one in its place: uploads that are on their way have it
    store.setBucket(
      Object.assign(existing ?? { name, created: Date.now(), sequencer: '' }, { versioning, notifications }),
    )
  }

  return { service, operations: Object.keys(operations), createBucket, close: () => database.close() }
}

// ListBuckets alone is about no bucket
const noBucket: Bucket = { name: '', created: 0, versioning: 'Off', notifications: [], sequencer: '' }

/** A presigned URL carries as parameters what is otherwise in headers, such as user metadata. */
function hoistHeaders({ url, headers }: ApiCall): void {
  if (!url.searchParams.has('X-Amz-Signature')) return
  // SDKs presign the checksum of an empty body although they do not know the body yet
  for (const [name, value] of url.searchParams) {
    if (/^x-amz-(?!checksum-|sdk-)/.test(name)) headers[name] ??= value
  }
}

function checkOwner({ headers }: ApiCall, { accountId }: Site): void {
  for (const name of ['x-amz-expected-bucket-owner', 'x-amz-source-expected-bucket-owner']) {
    if ((headers[name] ?? accountId) !== accountId) throw new ApiError(403, 'AccessDenied', 'Access Denied')
  }
}
