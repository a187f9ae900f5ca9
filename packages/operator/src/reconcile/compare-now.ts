import type { Stage } from '../stage/stage.ts'
import type { DifferenceType } from './difference.ts'
import type { Keeper } from './keeper.ts'
import { readObject, readOutputs, type ReadClients } from './read-outputs.ts'

/** Looks at one object and what the subscriber keeps of it, as they are at this moment. */
export async function compareNow(
  { clients, uploadsBucket }: Pick<Stage, 'uploadsBucket'> & { clients: ReadClients },
  keeper: Keeper,
  key: string,
): Promise<DifferenceType | 'current' | 'archived'> {
  const [object, stored] = await Promise.all([
    readObject(clients, uploadsBucket, key),
    readOutputs(clients, keeper, key),
  ])
  if (!object && stored.length === 0) return 'current'
  const result = keeper.outputs.compare(object, stored, keeper.environment)
  return result === 'look' ? 'current' : result
}
