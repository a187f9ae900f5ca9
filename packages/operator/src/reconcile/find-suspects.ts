import pMap from 'p-map'
import type { Suspect } from './difference.ts'
import type { Keeper } from './keeper.ts'
import { lookAt, type ReadClients } from './read-outputs.ts'
import type { Pair } from './workbook.ts'

const PARALLEL = 16

/**
 * The pairs of an object and what a subscriber keeps of it that do not match, by what listings say.
 * @param pages pairs, so many at a time as may be in memory
 * @param isDeep reads the metadata of every output instead of those alone that a listing leaves in doubt
 */
export async function findSuspects(
  clients: ReadClients,
  { outputs, place, environment }: Keeper,
  pages: Iterable<Pair[]>,
  { isDeep, signal }: { isDeep: boolean; signal: AbortSignal | undefined },
): Promise<Suspect[]> {
  const suspects: Suspect[] = []
  const compare = async ({ name, object, outputs: stored }: Pair) => {
    let result = isDeep && stored.length > 0 ? 'look' : outputs.compare(object, stored, environment)
    if (result === 'look') {
      const looked = outputs.kind === 'bucket' ? await lookAt(clients, place, stored) : stored
      result = outputs.compare(object, looked, environment)
    }
    if (result !== 'current' && result !== 'look') suspects.push({ type: result, name, object })
  }
  for (const page of pages) {
    signal?.throwIfAborted()
    await pMap(page, compare, { concurrency: PARALLEL })
  }
  return suspects
}
