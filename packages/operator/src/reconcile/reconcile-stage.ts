import type { Comparison, ListedObject } from '@fanout/handler/commands'
import pMap from 'p-map'
import { listObjects } from '../stage/list-objects.ts'
import type { Stage } from '../stage/stage.ts'
import { findExplained } from './explained-keys.ts'
import type { Keeper } from './keeper.ts'
import { listOutputs, lookAt, readObject, readOutputs } from './read-outputs.ts'
import { createWorkbook, type Pair, type Workbook } from './workbook.ts'

export type DifferenceType = Exclude<Comparison, 'current' | 'look'>

/** An object and a subscriber's output of it that do not match. */
export interface Difference {
  subscriber: string
  type: DifferenceType
  /** Undefined where only the output's name is known, and that does not tell. */
  key: string | undefined
  /** What the outputs of the object have in common. */
  name: string
}

/** What the bucket says against what one subscriber keeps. */
export interface KeeperReport {
  subscriber: string
  /** Compared. */
  objects: number
  current: number
  /** Skipped or rejected by the subscriber as they are now. */
  explained: number
  /** In the subscriber's own bucket or table, and not of a form that it writes. */
  foreign: number
  differences: Difference[]
}

export interface ReconcileOptions {
  /** Only objects whose key begins with this. */
  prefix?: string
  /** Reads the metadata of every output instead of those alone that a listing leaves in doubt. */
  isDeep?: boolean
  signal?: AbortSignal
  onStep?: (text: string) => void
}

type ReconcileStage = Pick<Stage, 'name' | 'deliveriesTable' | 'uploadsBucket'> & {
  clients: Pick<Stage['clients'], 's3' | 'dynamoDb'>
}

/** Compares the uploads bucket with what each of the keepers has, in one pass over each of them and little memory. */
export async function reconcileStage(
  stage: ReconcileStage,
  keepers: readonly Keeper[],
  options: ReconcileOptions = {},
): Promise<KeeperReport[]> {
  const { prefix = '', signal, onStep } = options
  const workbook = createWorkbook()
  try {
    onStep?.(`listing ${stage.uploadsBucket}`)
    for await (const page of listObjects(stage.clients.s3, stage.uploadsBucket, {
      prefix,
      ...(signal ? { signal } : {}),
    })) {
      workbook.addObjects(page)
    }
    const reports: KeeperReport[] = []
    for (const keeper of keepers) {
      onStep?.(`comparing ${keeper.subscriber.name}`)
      reports.push(await compareKeeper(stage, keeper, workbook, options))
    }
    return reports
  } finally {
    workbook.close()
  }
}

async function compareKeeper(
  stage: ReconcileStage,
  keeper: Keeper,
  workbook: Workbook,
  { prefix = '', isDeep = false, signal }: ReconcileOptions,
): Promise<KeeperReport> {
  const { outputs, subscriber } = keeper
  workbook.clear()
  const objects = workbook.nameObjects((key) => (outputs.isFor?.(key) === false ? undefined : outputs.nameOf(key)))
  let foreign = 0
  for await (const page of listOutputs(stage.clients, keeper, prefix)) {
    signal?.throwIfAborted()
    const named = page.flatMap((output) => {
      const name = outputs.nameIn(output.key)
      return name === undefined ? [] : [{ ...output, name }]
    })
    foreign += page.length - named.length
    workbook.addOutputs(named)
  }
  const isMeant = ({ object, name }: Pair) =>
    object !== undefined || prefix === '' || (outputs.objectKeyOf(name)?.startsWith(prefix) ?? false)
  const suspects = await findSuspects(stage, keeper, pairsIn(workbook, isMeant), { isDeep, signal })
  const { explained, differences } = await confirmAll(stage, keeper, suspects)
  const wrong = differences.filter(({ type }) => type !== 'orphaned').length
  return { subscriber: subscriber.name, objects, current: objects - explained - wrong, explained, foreign, differences }
}

function* pairsIn(workbook: Workbook, isMeant: (pair: Pair) => boolean): Generator<Pair[]> {
  let page: Pair[] = []
  for (const pair of workbook.pairs()) {
    if (isMeant(pair)) page.push(pair)
    if (page.length < PAGE) continue
    yield page
    page = []
  }
  yield page
}

const PAGE = 1000
const PARALLEL = 16

interface Suspect {
  name: string
  type: DifferenceType
  object: ListedObject | undefined
}

async function findSuspects(
  { clients }: ReconcileStage,
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
    if (result !== 'current' && result !== 'look') suspects.push({ name, type: result, object })
  }
  for (const page of pages) {
    signal?.throwIfAborted()
    await pMap(page, compare, { concurrency: PARALLEL })
  }
  return suspects
}

/** Listings take time: what was uploaded or settled meanwhile is no difference, and what was skipped never was one. */
async function confirmAll(stage: ReconcileStage, keeper: Keeper, suspects: Suspect[]) {
  const missing = suspects.flatMap(({ type, object }) => (type === 'missing' && object ? [object] : []))
  const explained = await findExplained(
    stage,
    keeper.subscriber.name,
    new Map(missing.map(({ key, lastModified }) => [key, lastModified])),
  )
  const doubtful = suspects.filter(({ object }) => !object || !explained.has(object.key))
  // So many are no coincidence, and to look at one that is right costs no more than to confirm it
  if (doubtful.length > MOST_CONFIRMED) {
    return { explained: explained.size, differences: doubtful.map((suspect) => toDifference(suspect, keeper)) }
  }
  const confirmed = await pMap(doubtful, (suspect) => confirmOne(stage, keeper, suspect), { concurrency: PARALLEL })
  return { explained: explained.size, differences: confirmed.filter((difference) => difference !== undefined) }
}

const MOST_CONFIRMED = 5000

async function confirmOne(stage: ReconcileStage, keeper: Keeper, suspect: Suspect): Promise<Difference | undefined> {
  const difference = toDifference(suspect, keeper)
  if (difference.key === undefined) return difference
  const type = await compareNow(stage, keeper, difference.key)
  return type === 'current' ? undefined : { ...difference, type }
}

/** Looks at one object and what the subscriber keeps of it, as they are at this moment. */
export async function compareNow(
  { clients, uploadsBucket }: Pick<ReconcileStage, 'clients' | 'uploadsBucket'>,
  keeper: Keeper,
  key: string,
): Promise<DifferenceType | 'current'> {
  const [object, stored] = await Promise.all([
    readObject(clients, uploadsBucket, key),
    readOutputs(clients, keeper, key),
  ])
  if (!object && stored.length === 0) return 'current'
  const result = keeper.outputs.compare(object, stored, keeper.environment)
  return result === 'look' ? 'current' : result
}

function toDifference({ name, type, object }: Suspect, { subscriber, outputs }: Keeper): Difference {
  return { subscriber: subscriber.name, type, key: object?.key ?? outputs.objectKeyOf(name), name }
}
