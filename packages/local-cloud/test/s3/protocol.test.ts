import { Delete$ } from '@aws-sdk/client-s3'
import { NormalizedSchema } from '@smithy/core/schema'
import { expect, test } from 'vitest'
import type { ApiCall } from '../../src/api.ts'
import { findOperation, fromXml, operations, writeReply } from '../../src/s3/protocol.ts'

const find = (wanted: string) => operations.find(({ name }) => name === wanted)!

test('writes an output as HTTP carries it, and nothing that the output does not have', () => {
  const page = {
    Name: 'b',
    IsTruncated: false,
    Contents: [{ Key: ' a&<\n', LastModified: new Date(0), Size: 1, rank: '1' }],
    CommonPrefixes: [],
    KeyMarker: 'k',
  }
  const object = { Metadata: { a: 'b' }, LastModified: new Date(0), Expires: '0', VersionId: undefined, Size: 1 }

  const listed = writeReply(find('ListObjectsV2'), page)
  const copied = writeReply(find('CopyObject'), { CopyObjectResult: { ETag: 'e' }, VersionId: 'v' })
  const read = writeReply(find('GetObject'), { ...object, Body: Buffer.from('text'), $status: 206 })

  expect(listed.headers).toEqual({ 'content-type': 'application/xml' })
  expect(listed.body).toBe(
    '<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">' +
      '<IsTruncated>false</IsTruncated><Contents><Key> a&amp;&lt;&#10;</Key><LastModified>1970-01-01T00:00:00Z' +
      '</LastModified><Size>1</Size></Contents><Name>b</Name></ListBucketResult>',
  )
  expect(copied.headers).toMatchObject({ 'x-amz-version-id': 'v' })
  expect(copied.body).toMatch(/<CopyObjectResult xmlns="[^"]*"><ETag>e</)
  expect(read).toMatchObject({ status: 206, body: Buffer.from('text') })
  expect(read.headers).toMatchObject({
    'x-amz-meta-a': 'b',
    'last-modified': 'Thu, 01 Jan 1970 00:00:00 GMT',
    expires: '0',
  })
  expect(read.headers).not.toHaveProperty('x-amz-version-id')
})

test('reads XML by the schemas of the SDK', () => {
  const xml =
    '<Delete><Object><Key> a\n&amp;&#10;</Key></Object><Object><Key>1.0</Key></Object><Quiet>true</Quiet></Delete>'
  const schema = NormalizedSchema.of(Delete$)

  expect(fromXml(schema, xml)).toEqual({ Objects: [{ Key: ' a\n&\n' }, { Key: '1.0' }], Quiet: true })
  expect(() => fromXml(schema, '<Delete>')).toThrow('not well-formed')
})

test('knows of each operation how HTTP carries it', () => {
  const uploadPart = find('UploadPart')

  expect(operations.length).toBeGreaterThan(100)
  expect(uploadPart).toMatchObject({ method: 'PUT', level: 'object', status: 200, query: [], hasBodyChecksum: true })
  expect(uploadPart.required.flatMap(({ query }) => query || [])).toEqual(['partNumber', 'uploadId'])
  const levels = Object.groupBy(operations, ({ level }) => level)
  expect(levels['service']?.map(({ name }) => name).toSorted()).toEqual([
    'ListBuckets',
    'ListDirectoryBuckets',
    'WriteGetObjectResponse',
  ])
})

test('refuses a subresource that an object does not have, instead of overwriting or deleting the object', () => {
  const ask = (method: string, query: string) => {
    const url = new URL(`http://127.0.0.1/b/k${query}`)
    return () => findOperation({ method, url, headers: {} } as ApiCall, { bucket: 'b', key: 'k' }).name
  }

  expect([ask('PUT', '')(), ask('DELETE', '?tagging')()]).toEqual(['PutObject', 'DeleteObjectTagging'])
  for (const [method, query] of [
    ['PUT', '?website'],
    ['DELETE', '?policy'],
    ['GET', '?uploads'],
  ] as const) {
    expect(ask(method, query)).toThrow('not allowed against this resource')
  }
})
