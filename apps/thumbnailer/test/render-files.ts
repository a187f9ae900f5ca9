import { readFileSync } from 'node:fs'
import { renderThumbnails } from '../src/render-thumbnails.ts'

// Renders the files given as arguments one after the other, and prints what that took. Used by measure-rendering.ts.
const spec = { sizes: [1024, 512, 128] as [number, ...number[]], format: 'webp' as const, quality: 80 }
const outcomes: string[] = []
const started = performance.now()
for (const file of process.argv.slice(2)) {
  const result = await renderThumbnails(readFileSync(file), file, spec)
  outcomes.push(result.type === 'rendered' ? 'rendered' : result.reason)
}
const { user, system } = process.cpuUsage()
const peakRssMb = Math.round(process.resourceUsage().maxRSS / 1000)
console.log(
  JSON.stringify({
    outcomes: [...new Set(outcomes)],
    cpuSeconds: (user + system) / 1e6,
    wallMs: Math.round(performance.now() - started),
    peakRssMb,
  }),
)
