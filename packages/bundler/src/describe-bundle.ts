import type { Bundle } from './write-bundle.ts'

/** One line per function: what Node loads when it starts, and what it may load later. */
export function describeBundle({ handlers, outputs, nativeBytes }: Bundle, ms: number): string[] {
  const scripts = Object.keys(outputs).filter((path) => path.endsWith('.mjs'))
  return handlers.map((name) => {
    const first = loadedWith(`dist/lambda/${name}.mjs`, outputs)
    const native = nativeBytes > 0 ? `, native ${(nativeBytes / 2 ** 20).toFixed(1)} MB` : ''
    const later = scripts.length - first.size
    return `${name}  ${kilobytes(first, outputs)} KB in ${first.size} files, ${later} files on demand${native}, ${ms.toFixed(0)} ms`
  })
}

/** A file and everything that it imports statically. */
function loadedWith(path: string, outputs: Bundle['outputs'], seen = new Set<string>()): Set<string> {
  const output = outputs[path]
  if (!output || seen.has(path)) return seen
  seen.add(path)
  for (const { kind, path: imported } of output.imports) {
    if (kind === 'import-statement') loadedWith(imported, outputs, seen)
  }
  return seen
}

function kilobytes(paths: Iterable<string>, outputs: Bundle['outputs']): number {
  let bytes = 0
  for (const path of paths) bytes += outputs[path]?.bytes ?? 0
  return Math.round(bytes / 1024)
}
