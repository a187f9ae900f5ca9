import { addDrilled, type Drilled } from './drilled.ts'
import { drillInProcess, type DrillOptions } from './in-process.ts'

/** Many short drills, each with the next seed, and the sums of what came of them. */
export async function drillRuns(runs: number, options: DrillOptions): Promise<Drilled> {
  let total = await drillInProcess(options)
  for (let run = 1; run < runs; run++) {
    total = addDrilled(total, await drillInProcess({ ...options, seed: options.seed + run }))
  }
  return total
}
