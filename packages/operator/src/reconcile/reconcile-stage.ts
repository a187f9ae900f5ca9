import { listObjects } from '../stage/list-objects.ts'
import type { Stage } from '../stage/stage.ts'
import { confirmSuspects } from './confirm-suspects.ts'
import type { Difference } from './difference.ts'
import { findSuspects } from './find-suspects.ts'
import type { Keeper } from './keeper.ts'
import { listOutputs } from './read-outputs.ts'
import { createWorkbook, type Pair, type Workbook } from './workbook.ts'

/** What the bucket says against what one subscriber keeps. */
export interface KeeperReport {
  subscriber: string
  /** Compared. */
  objects: number
  current: number
  /** Skipped or rejected by the subscriber as they are now. */
  explained: number
  /** Not as they should be, and not to be mended until they are restored from the archive. */
  archived: number
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
  const pages = pairsIn(workbook, isMeant)
  const suspects = await findSuspects(stage.clients, keeper, pages, { isDeep, signal })
  const { explained, archived, differences } = await confirmSuspects(stage, keeper, suspects)
  const wrong = differences.filter(({ type }) => type !== 'orphaned').length
  const current = objects - explained - archived - wrong
  return { subscriber: subscriber.name, objects, current, explained, archived, foreign, differences }
}

const PAGE = 1000

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
