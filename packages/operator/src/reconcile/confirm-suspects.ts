import pMap from 'p-map'
import type { Stage } from '../stage/stage.ts'
import { compareNow } from './compare-now.ts'
import { toDifference, type Difference, type DifferenceType, type Suspect } from './difference.ts'
import { findExplained } from './explained-keys.ts'
import type { Keeper } from './keeper.ts'
import type { ReadClients } from './read-outputs.ts'

const PARALLEL = 16
const MOST_CONFIRMED = 5000

type ConfirmStage = Pick<Stage, 'name' | 'deliveriesTable' | 'uploadsBucket'> & { clients: ReadClients }

/** What became of suspects. */
export interface Confirmed {
  /** Skipped or rejected as they are now. */
  explained: number
  /** Not to be mended until they are restored. */
  archived: number
  differences: Difference[]
}

/** Listings take time: what was uploaded or settled meanwhile is no difference, and what was skipped never was one. */
export async function confirmSuspects(
  stage: ConfirmStage,
  keeper: Keeper,
  suspects: readonly Suspect[],
): Promise<Confirmed> {
  const missing = suspects.flatMap(({ type, object }) => (type === 'missing' && object ? [object] : []))
  const explained = await findExplained(
    stage,
    keeper.subscriber.name,
    new Map(missing.map(({ key, lastModified }) => [key, lastModified])),
  )
  const doubtful = suspects.filter(({ object }) => !object || !explained.has(object.key))
  // So many are no coincidence, and to look at one that is right costs no more than to confirm it
  const confirm =
    doubtful.length > MOST_CONFIRMED ? ({ type }: Suspect) => type : (suspect: Suspect) => look(stage, keeper, suspect)
  const types = await pMap(doubtful, confirm, { concurrency: PARALLEL })
  return {
    explained: explained.size,
    archived: types.filter((type) => type === 'archived').length,
    differences: doubtful.flatMap((suspect, index) => {
      const type = types[index] ?? 'current'
      return type === 'current' || type === 'archived' ? [] : [toDifference(suspect, type, keeper)]
    }),
  }
}

async function look(
  stage: ConfirmStage,
  keeper: Keeper,
  { type, name, object }: Suspect,
): Promise<DifferenceType | 'current' | 'archived'> {
  const key = object?.key ?? keeper.outputs.objectKeyOf(name)
  return key === undefined ? type : await compareNow(stage, keeper, key)
}
