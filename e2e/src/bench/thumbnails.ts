import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { writeSampleImages } from '@fanout/operator'
import { childrenOf, cpuMsOf, settle } from './local-cloud.ts'
import type { BenchOptions, Figure } from './main.ts'
import { withPipeline } from './session.ts'
import { median, rounded, sum } from './statistics.ts'

const ROUNDS = 3
const SIZES = [1024, 512, 128]

/**
 * CPU of the thumbnailer's function, S3 traffic included, against three calls of vipsthumbnail on the same files: the median
 * of several rounds in turn.
 */
export async function measureThumbnails({ files }: BenchOptions): Promise<Figure[]> {
  requireVips()
  const scratch = await mkdtemp(join(tmpdir(), 'fanout-bench-'))
  try {
    const given = files.map((file) => resolve(process.env['INIT_CWD'] ?? '.', file))
    const photos =
      given.length > 0 ? given : (await writeSampleImages(scratch)).filter((path) => /[ds]\.jpg$/.test(path))
    const rounds = await withPipeline(async (stage) => {
      // The first image pays for the start of the function
      await settle(stage, sources(photos.slice(0, 1), 'warm'))
      const measured: { ours: number; theirs: number }[] = []
      for (let round = 0; round < ROUNDS; round += 1) {
        const before = functionCpuMs()
        await settle(stage, sources(photos, `round-${round}`))
        const ours = functionCpuMs() - before
        measured.push({ ours, theirs: sum(SIZES.map((size) => vipsCpuMs(photos, size, scratch))) })
      }
      return measured
    })
    return [
      { name: 'photos', value: photos.length, unit: '' },
      {
        name: 'thumbnailer: CPU per photo',
        value: rounded(median(rounds.map(({ ours }) => ours)) / photos.length),
        unit: 'ms',
      },
      {
        name: 'three vipsthumbnail calls: CPU per photo',
        value: rounded(median(rounds.map(({ theirs }) => theirs)) / photos.length),
        unit: 'ms',
      },
      {
        name: 'ratio',
        value: rounded(median(rounds.map(({ ours, theirs }) => ours / theirs))),
        unit: 'x',
        goal: '<= 0.65',
      },
    ]
  } finally {
    await rm(scratch, { recursive: true })
  }
}

function requireVips(): void {
  try {
    execFileSync('vipsthumbnail', ['--vips-version'], { stdio: 'ignore' })
  } catch (cause) {
    throw new Error('vipsthumbnail is the yardstick and is not installed (Debian: apt-get install libvips-tools)', {
      cause,
    })
  }
}

const sources = (photos: string[], folder: string) =>
  photos.map((path) => ({ path, key: `${folder}/${basename(path)}`, size: statSync(path).size }))

/** Of all environments of the thumbnailer's function: they are children of this process, which runs the local cloud. */
function functionCpuMs(): number {
  const isThumbnailer = (pid: number) => /(^|\0)THUMBNAILS_BUCKET=/.test(readFileSync(`/proc/${pid}/environ`, 'utf8'))
  return sum(childrenOf(process.pid).filter(isThumbnailer).map(cpuMsOf))
}

function vipsCpuMs(photos: string[], size: number, out: string): number {
  const script = 'TIMEFORMAT="%U %S"; { time "$@" >/dev/null 2>&1; } 2>&1'
  const call = ['vipsthumbnail', ...photos, '--size', `${size}x${size}`, '-o', join(out, `%s-${size}.webp[Q=80,strip]`)]
  const env = { ...process.env, VIPS_CONCURRENCY: '1', LC_ALL: 'C' }
  const times = execFileSync('bash', ['-c', script, 'bash', ...call], { env, encoding: 'utf8' })
  return sum(times.trim().split(' ').map(Number)) * 1000
}
