import { randomBytes } from 'node:crypto'
import type { Stage } from '../stage/stage.ts'
import type { ReplayRun } from './replay-message.ts'

/** @param kind what it is for, e.g. `replay`; part of its id */
export function newRun(kind: string, { uploadsBucket, region }: Pick<Stage, 'uploadsBucket' | 'region'>): ReplayRun {
  const startedAt = new Date().toISOString()
  const id = `${kind}-${startedAt.slice(0, 10)}-${randomBytes(4).toString('hex')}`
  return { id, bucket: uploadsBucket, region, startedAt }
}
