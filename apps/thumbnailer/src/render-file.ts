import { createHash } from 'node:crypto'
import { mkdir, open, rm, stat, writeFile, type FileHandle } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { readImage } from './read-image.ts'
import { renderThumbnails, type Rendition, type RenderResult } from './render-thumbnails.ts'
import { RenditionSettings, toRenditionSpec } from './rendition-settings.ts'
import type { RenditionSpec } from './rendition-spec.ts'
import { sniffImage, SNIFF_BYTES, type Refusal } from './sniff-image.ts'

/** What the job would make of a file. */
export type RenderedFile = {
  outcome: 'done' | Refusal['type']
  reason: string | null
  /** By its bytes: `jpeg`, `avif`, `svg`. */
  format: string | null
  /** As encoded, before it is turned upright. */
  width: number | null
  height: number | null
  /** `file` is null where nothing is written. */
  renditions: { file: string | null; width: number; height: number; bytes: number; format: string }[]
  ms: number
  /** Of the whole process so far. */
  peakRssMb: number
}

/**
 * Renders a file of this machine with the settings of the environment, and writes the renditions into the folder `out`.
 * @throws Error when the file cannot be read, or a rendition not written
 */
export async function renderFile(file: string, out?: string): Promise<RenderedFile> {
  const started = performance.now()
  const spec = toRenditionSpec(RenditionSettings.parse(process.env))
  const { format, result } = await readAndRender(file, spec)
  const isRendered = result.type === 'rendered'
  const renditions = isRendered ? result.renditions : []
  return {
    outcome: isRendered ? 'done' : result.type,
    reason: isRendered ? null : result.reason,
    format,
    width: isRendered ? result.width : null,
    height: isRendered ? result.height : null,
    renditions: await Promise.all(renditions.map((rendition) => keep(rendition, file, spec, out))),
    ms: Math.round(performance.now() - started),
    peakRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
  }
}

async function readAndRender(
  file: string,
  spec: RenditionSpec,
): Promise<{ format: string | null; result: RenderResult }> {
  // To open a named pipe is to wait for somebody who writes into it
  if (!(await stat(file)).isFile()) throw new Error('it is not a regular file')
  const handle = await open(file)
  try {
    const head = Buffer.alloc(SNIFF_BYTES)
    const { bytesRead } = await handle.read(head, 0, SNIFF_BYTES, 0)
    const format = sniffImage(head.subarray(0, bytesRead))?.name.toLowerCase() ?? null
    const { size } = await handle.stat()
    const read = await readImage({ key: file, size, read: readFrom(handle) })
    return { format, result: read.type === 'read' ? await renderThumbnails(read.image, file, spec) : read }
  } finally {
    await handle.close()
  }
}

/** Fills one buffer after the other, from the file's beginning on. */
function readFrom(handle: FileHandle) {
  let position = 0
  return async (into: Uint8Array): Promise<void> => {
    for (let filled = 0; filled < into.length;) {
      const { bytesRead } = await handle.read(into, filled, into.length - filled, position)
      if (bytesRead === 0) throw new Error('it became shorter while it was read')
      filled += bytesRead
      position += bytesRead
    }
  }
}

async function keep({ size, width, height, data }: Rendition, file: string, { format }: RenditionSpec, out?: string) {
  const described = { file: null, width, height, bytes: data.length, format }
  if (out === undefined) return described
  const path = join(out, `${flatName(file)}@${size}.${format}`)
  try {
    await mkdir(out, { recursive: true })
    // Never through a link that lies in its place
    await rm(path, { force: true })
    await writeFile(path, data, { flag: 'wx' })
  } catch (cause) {
    throw new Error(`cannot write ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
  return { ...described, file: path }
}

// A file name may have 255 bytes
const LONGEST_NAME = 200

/** One path segment that is another one for every other file: `../a b.jpg` gives `..%2Fa%20b.jpg`. */
function flatName(file: string): string {
  const name = encodeURIComponent(relative('.', file))
  if (name.length <= LONGEST_NAME) return name
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 32)
  return `${name.slice(0, LONGEST_NAME - hash.length - 1)}=${hash}`
}
