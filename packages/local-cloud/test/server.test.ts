import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs'
import { HttpRequest } from '@smithy/protocol-http'
import { SignatureV4 } from '@smithy/signature-v4'
import { Sha256 } from '@aws-crypto/sha256-js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ApiCall, ApiError } from '../src/api.ts'
import { issueKey } from '../src/data-folder.ts'
import { startServer } from '../src/server.ts'
import { administrator, createSite, readText, serve } from './site.ts'

const site = createSite()
const received: { call: ApiCall; text: string }[] = []
let server: Awaited<ReturnType<typeof serve>>

beforeAll(async () => {
  const record = async (call: ApiCall) => {
    received.push({ call, text: await readText(call) })
    if (call.url.searchParams.has('broken')) throw new Error('a defect')
    if (call.url.pathname.endsWith('missing')) throw new ApiError(404, 'NoSuchKey', 'no <such> key', { Key: 'missing' })
    return { status: 200, headers: { etag: '"e"' }, body: call.service === 'sqs' ? '{}' : '' }
  }
  server = await serve(site, { s3: record, sqs: record })
})

afterAll(() => server.close())

test('gives a call signed by the SDK to the service of its scope, with its principal, path, headers and body', async () => {
  const s3 = new S3Client(server.client)

  await s3.send(
    new PutObjectCommand({ Bucket: 'b', Key: "a/../ü +&='()*~.txt", Body: 'hello', CacheControl: 'no-store' }),
  )

  const { call, text } = last()
  expect(text).toBe('hello')
  expect(call.service).toBe('s3')
  expect(call.principal).toEqual(administrator)
  expect(decodeURIComponent(call.url.pathname)).toBe("/b/a/../ü +&='()*~.txt")
  expect(call.headers['cache-control']).toBe('no-store')
})

test('removes aws-chunked framing and hands the trailing checksum on as a header', async () => {
  const s3 = new S3Client(server.client)
  async function* body() {
    for (let i = 0; i < 40; i++) yield Buffer.alloc(7000, i)
  }

  await s3.send(
    new PutObjectCommand({
      Bucket: 'b',
      Key: 'k',
      Body: Readable.from(body()),
      ContentLength: 280_000,
      ChecksumAlgorithm: 'SHA256',
    }),
  )

  const { call, text } = last()
  expect(text.length).toBe(280_000)
  expect(call.headers['x-amz-checksum-sha256']).toMatch(/^[A-Za-z0-9+/]{43}=$/)
  expect(call.headers['content-length']).toBe('280000')
  expect(call.headers['content-encoding']).toBeUndefined()
})

test('refuses an aws-chunked body without the trailer that it announces', async () => {
  const framing = {
    'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    'x-amz-decoded-content-length': '2',
    'x-amz-trailer': 'x-amz-checksum-crc32',
  }
  const put = async (body: string) => {
    const headers = { ...framing, 'content-length': String(body.length) }
    return fetchSigned(await signer('s3').sign(signable({ method: 'PUT', headers })), body)
  }

  expect(await put('2\r\nhi\r\n0\r\nx-amz-checksum-crc32:2JMIQw==\r\n\r\n')).toMatchObject({ status: 200 })
  expect(await put('2\r\nhi\r\n0\r\n\r\n')).toMatchObject({
    status: 400,
    text: expect.stringContaining('MalformedTrailerError'),
  })
})

test('refuses a wrong secret', async () => {
  const credentials = { ...server.client.credentials, secretAccessKey: 'wrong' }

  await expect(head({ credentials })).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } })
  await expect(get({ credentials })).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' })
  await expect(listQueues({ credentials })).rejects.toMatchObject({ name: 'InvalidSignatureException' })
})

test('refuses an unknown access key', async () => {
  const credentials = { ...server.client.credentials, accessKeyId: 'AKIAUNKNOWN' }

  await expect(get({ credentials })).rejects.toMatchObject({ name: 'InvalidAccessKeyId' })
  await expect(listQueues({ credentials })).rejects.toMatchObject({ name: 'UnrecognizedClientException' })
})

test('refuses a session token other than the one that was issued with the key', async () => {
  const role = {
    type: 'role',
    arn: 'arn:aws:sts::000000000000:assumed-role/r/f',
    roleArn: 'arn:aws:iam::000000000000:role/r',
  } as const
  const { accessKeyId, secretAccessKey, sessionToken } = issueKey(server.keys, role)
  const credentials = { accessKeyId, secretAccessKey, sessionToken: sessionToken! }

  await get({ credentials })

  expect(last().call.principal).toEqual(role)
  await expect(get({ credentials: { ...credentials, sessionToken: 'other' } })).rejects.toMatchObject({
    name: 'InvalidToken',
  })
  await expect(get({ credentials: { accessKeyId, secretAccessKey } })).rejects.toMatchObject({ name: 'InvalidToken' })
})

test('refuses a clock that is more than 15 minutes off', async () => {
  const late = await signedGet({ signingDate: new Date(Date.now() - 16 * 60_000) })
  const inTime = await signedGet({ signingDate: new Date(Date.now() - 14 * 60_000) })

  expect(await fetchSigned(late)).toMatchObject({
    status: 403,
    text: expect.stringMatching(/<Code>RequestTimeTooSkewed<.*<RequestTime>.*<ServerTime>/),
  })
  expect(await fetchSigned(inTime)).toMatchObject({ status: 200 })
})

test('refuses a body other than the one that was signed', async () => {
  const hash = createHash('sha256').update('the signed body').digest('hex')
  const signed = await signer('s3').sign(signable({ method: 'PUT', headers: { 'x-amz-content-sha256': hash } }))

  expect(await fetchSigned(signed, 'another body')).toMatchObject({
    status: 400,
    text: expect.stringContaining('<Code>XAmzContentSHA256Mismatch</Code>'),
  })
  expect(await fetchSigned(signed, 'the signed body')).toMatchObject({ status: 200 })
})

test('verifies the body of a request that names no payload hash, as botocore sends them', async () => {
  const headers = { 'x-amz-target': 'AmazonSQS.ListQueues', 'content-type': 'application/x-amz-json-1.0' }
  const signed = await signer('sqs').sign(signable({ method: 'POST', path: '/', headers, body: '{"a":1}' }))

  expect(await fetchSigned(signed, '{"a":1}')).toMatchObject({ status: 200 })
  expect(await fetchSigned(signed, '{"a":2}')).toMatchObject({
    status: 403,
    text: expect.stringContaining('InvalidSignatureException'),
  })
})

test('asks a request to S3 that names no payload hash for one, as curl sends them', async () => {
  const signed = await signedGet({})
  delete signed.headers['x-amz-content-sha256']

  expect(await fetchSigned(signed)).toMatchObject({
    status: 400,
    text: expect.stringContaining('Missing required header for this request: x-amz-content-sha256'),
  })
})

test('accepts a presigned URL until it expires and refuses it when anything of it was changed', async () => {
  const presign = (signingDate: Date) =>
    signer('s3').presign(signable({ body: Readable.from([]) }), { expiresIn: 60, signingDate })
  const valid = await presign(new Date())
  const expired = await presign(new Date(Date.now() - 61_000))
  const changed = { ...valid, path: '/b/other' }
  const longer = { ...valid, query: { ...valid.query, 'X-Amz-Expires': '3600' } }

  expect(await fetchSigned(valid)).toMatchObject({ status: 200 })
  expect(await fetchSigned(expired)).toMatchObject({
    status: 403,
    text: expect.stringMatching(/>Request has expired<.*<X-Amz-Expires>60<.*<Expires>.*<ServerTime>/),
  })
  expect(await fetchSigned(changed)).toMatchObject({
    status: 403,
    text: expect.stringContaining('SignatureDoesNotMatch'),
  })
  expect(await fetchSigned(longer)).toMatchObject({
    status: 403,
    text: expect.stringContaining('SignatureDoesNotMatch'),
  })
})

test('refuses a header that was added to a signed request', async () => {
  const signed = await signedGet({})
  signed.headers['x-amz-acl'] = 'public-read'

  expect(await fetchSigned(signed)).toMatchObject({ status: 403, text: expect.stringContaining('not signed') })
})

test('refuses a request that is not signed', async () => {
  expect(await fetchSigned(signable({}))).toMatchObject({ status: 403, text: expect.stringContaining('AccessDenied') })
})

test('says which signature it wants of a client that uses the one before', async () => {
  const query = { AWSAccessKeyId: 'AKIA', Signature: 's', Expires: '1' }
  const headers = { authorization: 'AWS AKIA:s' }

  for (const former of [{ query }, { headers }]) {
    expect(await fetchSigned(signable(former))).toMatchObject({
      status: 400,
      text: expect.stringContaining('Please use AWS4-HMAC-SHA256'),
    })
  }
})

test('refuses foreign hosts and origins before reading anything, and accepts its own', async () => {
  const foreignHost = { host: 'rebound.example' }
  const localhost = { host: new URL(server.endpoint).host.replace('127.0.0.1', 'localhost') }
  const refusal = { status: 403, text: expect.stringContaining('other hosts and origins') }

  expect(await fetchSigned(await signer('s3').sign(signable({ headers: foreignHost })))).toMatchObject(refusal)
  for (const origin of ['https://example.com', 'null', 'http://127.0.0.1:1']) {
    const signed = await signedGet({})
    signed.headers['origin'] = origin
    expect(await fetchSigned(signed)).toMatchObject(refusal)
  }
  expect(await fetchSigned(await signer('s3').sign(signable({ headers: localhost })))).toMatchObject({ status: 200 })
})

test('names a service that it does not have', async () => {
  const sts = new STSClient(server.client)

  await expect(sts.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
    message: 'the local cloud has no sts',
    $metadata: { httpStatusCode: 501 },
  })
  const kms = await signer('kms').sign(
    signable({ method: 'POST', headers: { 'x-amz-target': 'TrentService.Encrypt' } }),
  )
  expect(await fetchSigned(kms)).toMatchObject({
    status: 501,
    text: expect.stringContaining('the local cloud has no kms'),
  })
})

test('takes the name of something else than a service for a service that it does not have', async () => {
  for (const name of ['constructor', '__proto__']) {
    expect(await fetchSigned(await signer(name).sign(signable({})))).toMatchObject({ status: 501 })
  }
})

test('refuses another region by naming both', async () => {
  await expect(get({ region: 'us-east-2', followRegionRedirects: false })).rejects.toMatchObject({
    message: "the region 'us-east-2' is wrong; expecting 'eu-west-1'",
  })
})

test('renders errors of S3 as its XML, with the resource and the request id', async () => {
  const signed = await signer('s3').sign(signable({ path: '/b/missing' }))

  const { text, headers } = await fetchSigned(signed)

  expect(text).toBe(
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code><Message>no &lt;such&gt; key</Message>' +
      `<Key>missing</Key><Resource>/b/missing</Resource><RequestId>${headers['x-amz-request-id']}</RequestId></Error>`,
  )
})

test('answers a defect with 500 and tells the person watching', async () => {
  const signed = await signer('s3').sign(signable({ query: { broken: '' } }))

  expect(await fetchSigned(signed)).toMatchObject({ status: 500, text: expect.stringContaining('InternalError') })
  expect(site.warnings.at(-1)).toContain('s3 failed on GET /b/k: Error: a defect')
})

test('says which port is in use', async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as AddressInfo

  await expect(startServer(createSite(), {}, server.keys, port)).rejects.toThrow(`port ${port} is in use`)
  other.close()
})

type SignedParts = Pick<HttpRequest, 'method' | 'path' | 'headers'> & { query?: SmithyQuery }
type SmithyQuery = NonNullable<ConstructorParameters<typeof HttpRequest>[0]['query']>
type Changes = Partial<ConstructorParameters<typeof S3Client>[0]> & object

function get(changes: Changes) {
  return new S3Client({ ...server.client, ...changes }).send(new GetObjectCommand({ Bucket: 'b', Key: 'k' }))
}

function head(changes: Changes) {
  return new S3Client({ ...server.client, ...changes }).send(new HeadObjectCommand({ Bucket: 'b', Key: 'k' }))
}

function listQueues(changes: { credentials: { accessKeyId: string; secretAccessKey: string } }) {
  return new SQSClient({ ...server.client, ...changes }).send(new ListQueuesCommand({}))
}

function signer(service: string) {
  const { region, credentials } = server.client
  return new SignatureV4({
    service,
    region,
    credentials,
    sha256: Sha256,
    uriEscapePath: service !== 's3',
    applyChecksum: service === 's3',
  })
}

function signable(parts: Partial<HttpRequest>) {
  const host = new URL(server.endpoint).host
  return new HttpRequest({ method: 'GET', path: '/b/k', ...parts, headers: { host, ...parts.headers } })
}

function signedGet(options: { signingDate?: Date }): Promise<SignedParts> {
  return signer('s3').sign(signable({}), options)
}

/** Sends exactly these bytes: fetch would not let the host and the path through as they are. */
async function fetchSigned(signed: SignedParts, body = '') {
  const query = new URLSearchParams(signed.query as Record<string, string>).toString().replaceAll('+', '%20')
  const { port } = new URL(server.endpoint)
  const path = query ? `${signed.path}?${query}` : signed.path
  const outgoing = request({ host: '127.0.0.1', port, method: signed.method, path, headers: signed.headers }).end(body)
  const [response] = await once(outgoing, 'response')
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk)
  return { status: response.statusCode, text: Buffer.concat(chunks).toString(), headers: response.headers }
}

function last() {
  return received.at(-1)!
}
