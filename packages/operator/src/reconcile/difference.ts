import type { Comparison, ListedObject } from '@fanout/handler/commands'
import type { Keeper } from './keeper.ts'

/** What a repair can mend. */
export type DifferenceType = Exclude<Comparison, 'current' | 'archived' | 'look'>

/** An object and a subscriber's output of it that do not match. */
export interface Difference {
  subscriber: string
  type: DifferenceType
  /** Undefined where only the output's name is known, and that does not tell. */
  key: string | undefined
  /** What the outputs of the object have in common. */
  name: string
}

/** What two listings say of one object, which may have changed while they were read. */
export interface Suspect {
  type: DifferenceType | 'archived'
  name: string
  object: ListedObject | undefined
}

export function toDifference(
  { name, object }: Suspect,
  type: DifferenceType,
  { subscriber, outputs }: Keeper,
): Difference {
  return { subscriber: subscriber.name, type, key: object?.key ?? outputs.objectKeyOf(name), name }
}
