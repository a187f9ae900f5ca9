import type { ApiCall } from '../api.ts'
import { parseCopySource, type Target } from './protocol.ts'

export function arnOf(bucket: string, key = ''): string {
  return `arn:aws:s3:::${bucket}${key && `/${key}`}`
}

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

/** What a call needs before it is answered. Deleting several objects needs more, for each of them. */
export function permissionsOf(
  operation: string,
  { url, headers }: ApiCall,
  { bucket, key }: Target,
): [action: string, resource: string][] {
  const named = Object.keys(operationsOf).find((action) => operationsOf[action]?.includes(operation)) ?? operation
  const action = actionOn(named, url.searchParams.get('versionId'))
  const more = Object.entries(actionsOfHeaders).flatMap(([header, one]) => (key && headers[header] ? one : []))
  const actions = operation === 'DeleteObjects' ? [] : [action, ...more]
  const needed: [string, string][] = actions.map((one) => [`s3:${one}`, bucket ? arnOf(bucket, key) : '*'])
  if (!headers['x-amz-copy-source']) return needed
  const source = parseCopySource(String(headers['x-amz-copy-source']))
  needed.push([`s3:${actionOn('GetObject', source.versionId)}`, arnOf(source.bucket, source.key)])
  return needed
}

/** GetObject, GetObjectVersion; GetObjectTagging, GetObjectVersionTagging. */
export function actionOn(action: string, versionId: string | null | undefined): string {
  return versionId ? action.replace(/Object(?=Tagging$|$)/, 'ObjectVersion') : action
}
