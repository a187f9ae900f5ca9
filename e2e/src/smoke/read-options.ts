import { parseArgs } from 'node:util'
import type { StageChoice } from '@fanout/operator'

export const USAGE = `usage: pnpm smoke --stage NAME [--profile NAME] [--region NAME] [--transcript FILE]

  Runs the main scenario on a stage that is deployed, by your own credentials: a few cents at most. What it uploads it removes; old
  versions expire. The transcript goes to docs/smoke/, to be kept. --stage local [--port N] tries the script itself.

example: pnpm smoke --stage dev`

export interface SmokeOptions {
  readonly choice: StageChoice & { readonly stage: string }
  readonly transcript: string | undefined
}

/**
 * What `pnpm smoke` was told; undefined when it was asked how to use it.
 * @throws Error for what it does not know, and without a stage: nobody tries an account by accident
 */
export function readOptions(args: readonly string[]): SmokeOptions | undefined {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args: [...args],
    options: {
      stage: text,
      profile: text,
      region: text,
      port: text,
      transcript: text,
      help: { type: 'boolean', short: 'h' },
    },
  })
  const { stage, port, transcript, help, ...where } = values
  if (help) return undefined
  if (stage === undefined) throw new Error('say on which stage: pnpm smoke --stage dev')
  return { choice: { stage, ...where, ...(port === undefined ? {} : { port: Number(port) }) }, transcript }
}
