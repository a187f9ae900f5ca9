import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { closeStage, openStage } from '@fanout/operator'
import { findFreePort } from '../find-free-port.ts'
import type { Figure } from './main.ts'
import { ROOT } from '../workspace.ts'

const PARTS = 128
const PART_BYTES = 8 * 1024 * 1024
const PARALLEL = 8

/** An object of 1 GiB, in parts and back, while `pnpm local` runs as a process of its own: how much memory that takes. */
export async function measureLargeObject(): Promise<Figure[]> {
  const port = await findFreePort()
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const args = [...scripts.local.split(' ').slice(1), '--ephemeral', '--port', String(port)]
  const local = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    await new Promise<void>((resolve, reject) => {
      local.stdout.on('data', (text: Buffer) => text.includes('Ctrl-C') && resolve())
      local.once('exit', () => reject(new Error('pnpm local has ended')))
    })
    const stage = await openStage(ROOT, { port })
    const atStart = peakMbOf(local.pid)
    const { sent, received } = await sendAndReceive(stage.clients.s3, stage.uploadsBucket)
    closeStage(stage)
    return [
      { name: 'server before it, peak RSS', value: atStart, unit: 'MB' },
      { name: '1 GiB in parts and back, peak RSS', value: peakMbOf(local.pid), unit: 'MB', goal: '< 200' },
      { name: 'bytes that came back as they were', value: sent === received ? 100 : 0, unit: '%', goal: '100' },
    ]
  } finally {
    local.kill('SIGINT')
    if (local.exitCode === null) await once(local, 'exit')
  }
}

/** SHA-256 of what went there and of what came back. */
async function sendAndReceive(s3: S3Client, Bucket: string): Promise<{ sent: string; received: string }> {
  const target = { Bucket, Key: 'bench/large' }
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand(target))
  const [sent, received] = [createHash('sha256'), createHash('sha256')]
  const Parts: { PartNumber: number; ETag: string | undefined }[] = []
  while (Parts.length < PARTS) {
    const bodies = Array.from({ length: PARALLEL }, () => randomBytes(PART_BYTES))
    for (const body of bodies) sent.update(body)
    const first = Parts.length + 1
    const uploaded = bodies.map(async (Body, index) => {
      const PartNumber = first + index
      const { ETag } = await s3.send(new UploadPartCommand({ ...target, UploadId, PartNumber, Body }))
      return { PartNumber, ETag }
    })
    Parts.push(...(await Promise.all(uploaded)))
  }
  await s3.send(new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts } }))
  const { Body } = await s3.send(new GetObjectCommand(target))
  for await (const chunk of Body as AsyncIterable<Buffer>) received.update(chunk)
  return { sent: sent.digest('hex'), received: received.digest('hex') }
}

/** The highest resident set size of a process since it began (Linux only). */
function peakMbOf(pid: number | undefined): number {
  const [, kB] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Math.round(Number(kB) / 1024)
}
