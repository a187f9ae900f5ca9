import type { ApiCall } from '../api.ts'
import { parseCopySource, type Target } from './protocol.ts'

export const arnOf = (bucket: string, key = '') => `arn:aws:s3:::${bucket}${key && `/${key}`}`

// Where they differ (https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html)
const operationsOf: Record<string, string[]> = {
  ListAllMyBuckets: ['ListBuckets'],
  ListBucket: ['HeadBucket', 'ListObjects', 'ListObjectsV2'],
  ListBucketVersions: ['ListObjectVersions'],
  ListBucketMultipartUploads: ['ListMultipartUploads'],
  GetBucketNotification: ['GetBucketNotificationConfiguration'],
  GetObject: ['HeadObject'],
  PutObject: ['CopyObject', 'CreateMultipartUpload', 'UploadPart', 'UploadPartCopy', 'CompleteMultipartUpload'],
  ListMultipartUploadParts: ['ListParts'],
}
const actionsOfHeaders = { 'x-amz-acl': 'PutObjectAcl', 'x-amz-tagging': 'PutObjectTagging', 'if-match': 'GetObject' }

/** GetObject, GetObjectVersion; GetObjectTagging, GetObjectVersionTagging. */
export const actionOn = (action: string, versionId: string | null | undefined) =>
  versionId ? action.replace(/Object(?=Tagging$|$)/, 'ObjectVersion') : action

/** What a call needs before it is answered: actions and resources. DeleteObjects needs more, for each of the objects. */
export function permissionsOf(operation: string, { url, headers }: ApiCall, { bucket, key }: Target) {
  const named = Object.keys(operationsOf).find((action) => operationsOf[action]?.includes(operation)) ?? operation
  const more = Object.entries(actionsOfHeaders).flatMap(([header, one]) => (key && headers[header] ? one : []))
  const actions = operation === 'DeleteObjects' ? [] : [actionOn(named, url.searchParams.get('versionId')), ...more]
  const needed: [string, string][] = actions.map((action) => [`s3:${action}`, bucket ? arnOf(bucket, key) : '*'])
  if (!headers['x-amz-copy-source']) return needed
  const source = parseCopySource(String(headers['x-amz-copy-source']))
  needed.push([`s3:${actionOn('GetObject', source.versionId)}`, arnOf(source.bucket, source.key)])
  return needed
}
