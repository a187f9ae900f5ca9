import type { Account, Answer, Request } from './account.ts'
import { toXml } from './xml.ts'

/** S3, by path: CDK's assets, and the versions of objects that a destroy empties a bucket of. */
export function callBuckets({ method, url, body }: Request, { buckets, region }: Account): Answer {
  const [, bucketName = '', ...rest] = decodeURIComponent(url.pathname).split('/')
  const bucket = buckets.get(bucketName)
  const key = rest.join('/')
  const query = url.searchParams
  if (!bucket) return failure(404, 'NoSuchBucket')
  if (query.has('location')) return xml('LocationConstraint', region)
  if (query.has('encryption')) return failure(404, 'ServerSideEncryptionConfigurationNotFoundError')
  if (query.has('versions')) return xml('ListVersionsResult', [...bucket.keys()].map(toVersion).join(''))
  if (query.has('delete')) {
    for (const [, name, version] of body.matchAll(/<Key>(.*?)<\/Key><VersionId>(.*?)<\/VersionId>/g))
      bucket.delete(`${name}?${version}`)
    return xml('DeleteResult', '')
  }
  if (query.has('uploads')) return xml('InitiateMultipartUploadResult', toXml({ UploadId: key }))
  if (method === 'POST' && query.has('uploadId')) return xml('CompleteMultipartUploadResult', toXml({ Key: key }))
  if (method === 'PUT') {
    // The parts of an upload come one after the other.
    bucket.set(key, `${query.has('uploadId') ? (bucket.get(key) ?? '') : ''}${body}`)
    return { type: 'application/xml', headers: { etag: '"0"' }, body: '' }
  }
  if (key === '')
    return xml(
      'ListBucketResult',
      [...bucket]
        .filter(([name]) => name.startsWith(query.get('prefix') ?? ''))
        .map(([name, bytes]) => `<Contents>${toXml({ Key: name, Size: bytes.length })}</Contents>`)
        .join(''),
    )
  return bucket.has(key) ? { type: 'application/octet-stream', body: bucket.get(key) ?? '' } : failure(404, 'NoSuchKey')
}

function toVersion(version: string): string {
  const [key, versionId] = version.split('?')
  return `<Version>${toXml({ Key: key, VersionId: versionId })}</Version>`
}

const xml = (name: string, inner: string): Answer => ({ type: 'application/xml', body: `<${name}>${inner}</${name}>` })

const failure = (status: number, code: string): Answer => ({
  status,
  type: 'application/xml',
  body: `<Error>${toXml({ Code: code, Message: code })}</Error>`,
})
