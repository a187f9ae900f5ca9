import { exercise } from './exercise.ts'
import type { Lab } from './lab.ts'
import { findStatements, reasonNotExercised } from './statements.ts'

/** What became of one statement that was taken away alone. */
export interface Removal {
  stack: string
  name: string
  /** The first action that was denied; undefined: nothing was. */
  denied: string | undefined
  isRight: boolean
}

/** Takes away, one at a time, every statement that a laptop can exercise: something that it allows must be denied. */
export async function* removeEach(lab: Lab): AsyncGenerator<Removal> {
  for (const [stack, template] of lab.templates) {
    for (const { name, statement, without } of findStatements(stack, template)) {
      if (reasonNotExercised({ name, statement }) !== undefined) continue
      // A function that starts may be denied something already
      const known = lab.refusals.length
      await lab.deploy(stack, without)
      const [denied] = await exercise(lab, known)
      await lab.deploy(stack, template)
      const isRight = denied !== undefined && [statement.Action].flat().some((action) => covers(action, denied.action))
      yield { stack, name, denied: denied && `${denied.action} on ${denied.resource} by ${denied.principal}`, isRight }
    }
  }
}

function covers(pattern: string, action: string): boolean {
  return pattern === action || (pattern.endsWith('*') && action.startsWith(pattern.slice(0, -1)))
}
