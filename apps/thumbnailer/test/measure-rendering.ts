import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// node test/measure-rendering.ts FOLDER: CPU of our three renditions of each photo in FOLDER, in one process on one core,
// against three calls of vipsthumbnail (of libvips) on the same files, as the median ratio of several rounds.
const ROUNDS = 5
const SIZES = [1024, 512, 128]
const RENDER_FILES = join(import.meta.dirname, 'render-files.ts')

const folder = process.argv[2]
if (!folder) throw new Error('usage: node test/measure-rendering.ts FOLDER')
const photos = readdirSync(folder).filter((name) => /\.jpe?g$/i.test(name))
const output = mkdtempSync(join(tmpdir(), 'measure-rendering-'))
try {
  // Compiled before, as a bundle is
  cpuSeconds([process.execPath, RENDER_FILES])
  const rounds = Array.from({ length: ROUNDS }, () => {
    const ours = cpuSeconds([process.execPath, RENDER_FILES, ...photos])
    const theirs = sum(SIZES.map((size) => cpuSeconds(vipsThumbnail(size))))
    return { ours, theirs, ratio: ours / theirs }
  })
  const ratio = rounds.map((round) => round.ratio).toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)]
  console.log(JSON.stringify({ photos: photos.length, ratio, rounds }, undefined, 2))
} finally {
  rmSync(output, { recursive: true })
}

function vipsThumbnail(size: number): string[] {
  return ['vipsthumbnail', ...photos, '--size', `${size}x${size}`, '-o', join(output, `%s-${size}.webp[Q=80,strip]`)]
}

/** User and system time of a command on one core, as bash's `time` counts it. */
function cpuSeconds(command: string[]): number {
  const script = 'TIMEFORMAT="%U %S"; { time taskset --cpu-list 0 "$@" >/dev/null 2>&1; } 2>&1'
  const env = { ...process.env, VIPS_CONCURRENCY: '1', NODE_COMPILE_CACHE: join(output, 'compiled') }
  const times = execFileSync('bash', ['-c', script, 'bash', ...command], { cwd: folder, env, encoding: 'utf8' })
  return sum(times.trim().split(' ').map(Number))
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
