import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as z from 'zod'
import { UsageError } from '../exit-codes.ts'

/** Which account and region a stage belongs to, where its definition says so. */
export const StagePins = z.object({ account: z.string().optional(), region: z.string().optional() })
export type StagePins = z.infer<typeof StagePins>

/**
 * Reads them where stages are defined: infra is found by folder, as apps are.
 * @throws {UsageError} for a name that no stage can have
 */
export async function readStagePins(root: string, stage: string): Promise<StagePins> {
  const file = join(root, 'infra/lib/stages.ts')
  if (!existsSync(file)) return {}
  const { stageOf }: { stageOf: (name: string) => unknown } = await import(pathToFileURL(file).href)
  try {
    return StagePins.parse(stageOf(stage))
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

/** @throws {UsageError} where the credentials lead to another account or region than the stage's */
export function refuseOtherTarget(stage: string, pins: StagePins, target: { account: string; region: string }): void {
  for (const pin of ['account', 'region'] as const) {
    const pinned = pins[pin]
    if (pinned === undefined || pinned === target[pin]) continue
    const remedy = pin === 'account' ? 'use credentials for it (--profile)' : `pass --region ${pinned}`
    throw new UsageError(`stage ${stage} is pinned to ${pin} ${pinned}, but this is ${target[pin]}: ${remedy}`)
  }
}
