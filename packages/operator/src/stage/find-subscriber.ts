import type { SubscriberRegistration } from '@fanout/schemas'
import { UsageError } from '../exit-codes.ts'
import type { Stage } from './stage.ts'

/** @throws {UsageError} for a name that nobody has registered */
export function findSubscriber(
  { name: stage, subscribers }: Pick<Stage, 'name' | 'subscribers'>,
  name: string,
): SubscriberRegistration {
  const found = subscribers.find((subscriber) => subscriber.name === name)
  if (found) return found
  const names = subscribers.map((subscriber) => subscriber.name).join(', ')
  throw new UsageError(`stage ${stage} has no subscriber ${name}: there are ${names || 'none'}`)
}
