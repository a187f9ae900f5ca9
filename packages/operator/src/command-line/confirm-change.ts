import { confirm, isCancel, text } from '@clack/prompts'
import { InterruptedError, UsageError } from '../exit-codes.ts'
import type { Stage } from '../stage/stage.ts'

export interface ConfirmOptions {
  yes?: true
  /** It cannot be taken back: the local stage asks, too. */
  isFinal?: boolean
}

/**
 * Asks before a stage is changed: one on AWS wants its name typed. `what` is what would be done, e.g. `redrive 50 messages`.
 * @throws {UsageError} where nobody can be asked, {InterruptedError} for a no
 */
export async function confirmChange(
  { name, isLocal, account, region }: Pick<Stage, 'name' | 'isLocal' | 'account' | 'region'>,
  what: string,
  { yes, isFinal = false }: ConfirmOptions,
): Promise<void> {
  if (!isLocal) process.stderr.write(`account ${account}  region ${region}  stage ${name}\n`)
  if (yes || (isLocal && !isFinal)) return
  if (!process.stdin.isTTY || !process.stderr.isTTY) throw new UsageError(`cannot ask whether to ${what}: pass --yes`)
  const answer = isLocal
    ? await confirm({ message: `${what}?`, initialValue: false, output: process.stderr })
    : await text({
        message: `${what}: type the stage's name to go on`,
        validate: (typed) => (typed === name ? undefined : `It is ${name}`),
        output: process.stderr,
      })
  if (isCancel(answer) || answer === false) throw new InterruptedError('nothing was changed')
}
