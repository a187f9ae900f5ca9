import { CopyObjectResult$, Delete$, ListObjectsV2Output$ } from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import { fromXml, operationShapes, toXml } from '../../src/s3/codec.ts'

test('writes and reads XML by the schemas of the SDK', () => {
  const page = {
    Name: 'b',
    IsTruncated: false,
    Contents: [{ Key: ' a&<\n', LastModified: new Date(0), Size: 1 }],
    CommonPrefixes: [],
  }

  expect(toXml(ListObjectsV2Output$, page)).toBe(
    '<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">' +
      '<IsTruncated>false</IsTruncated><Contents><Key> a&amp;&lt;&#x0A;</Key><LastModified>1970-01-01T00:00:00Z' +
      '</LastModified><Size>1</Size></Contents><Name>b</Name></ListBucketResult>',
  )
  expect(toXml(() => CopyObjectResult$, { ETag: 'e' })).toMatch(/<CopyObjectResult xmlns="[^"]*"><ETag>e</)
  const xml =
    '<Delete><Object><Key> a\n&amp;&#10;</Key></Object><Object><Key>1.0</Key></Object><Quiet>true</Quiet></Delete>'
  expect(fromXml(Delete$, xml)).toEqual({ Objects: [{ Key: ' a\n&\n' }, { Key: '1.0' }], Quiet: true })
  expect(() => fromXml(Delete$, '<Delete>')).toThrow('XML parse error')
})

test('knows of each operation how HTTP carries it', () => {
  const uploadPart = operationShapes.find(({ name }) => name === 'UploadPart')

  expect(operationShapes.length).toBeGreaterThan(100)
  expect(uploadPart).toMatchObject({ method: 'PUT', level: 'object', status: 200, query: [], hasBodyChecksum: true })
  expect(uploadPart?.required.map(({ wire }) => wire)).toEqual(['partNumber', 'uploadId'])
  expect(uploadPart?.input.find(({ name }) => name === 'ContentMD5')).toMatchObject({
    place: 'header',
    wire: 'content-md5',
  })
  expect(uploadPart?.input.find(({ name }) => name === 'Body')).toMatchObject({ place: 'payload' })
  const levels = Object.groupBy(operationShapes, ({ level }) => level)
  expect(levels.service?.map(({ name }) => name)).toEqual([
    'ListBuckets',
    'ListDirectoryBuckets',
    'WriteGetObjectResponse',
  ])
})
