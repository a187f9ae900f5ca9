import type { EventOverrides } from '@fanout/event-parsing/testing'
import { insist, insistKept, insistNothingKept, insistSame, isSame, type Rule } from './rule.ts'
import type { Trial } from './trial.ts'

/** What S3, SNS and SQS do to events on their way. */
export const eventRules: Rule[] = [
  {
    title: 'a key is decoded, exactly once',
    lesson:
      'S3 URL-encodes the keys in its notifications, a space as "+". createHandler has decoded event.key: use it as it is. event.rawKey is not a key.',
    async check(start) {
      const trial = start()
      const key = trial.key('a folder/ü+1 %41 😀')

      const [fate] = await trial.deliver([[await trial.upload(key)]])

      insist(fate === 'acknowledged', `the event for ${key} failed`)
      await insistKept(trial, key, `${key} was uploaded, and nothing is kept under that key`)
    },
  },
  {
    title: 'every record of every message is worked on',
    lesson: 'A batch has several messages and a message may hold several records: take none for the only one.',
    async check(start) {
      const trial = start()
      const keys = ['first', 'second', 'third'].map(trial.key)
      const [first, second, third] = await inTurn(keys, trial.upload)

      await trial.deliver([only(first, second), only(third)])

      for (const key of keys) await insistKept(trial, key, `nothing is kept of ${key}`)
    },
  },
  {
    title: 'a repeated event changes nothing',
    lesson:
      'S3, SNS and SQS deliver at least once. Write under a key that the event determines, and make the write conditional; do not count or append.',
    async check(start) {
      const trial = start()
      const key = trial.key('repeated')
      const event = await trial.upload(key)
      await trial.deliver([[event]])
      const once = await trial.kept(key)

      await trial.deliver([[event], [event]])
      await trial.deliver([[event]], 2)

      insistSame(await trial.kept(key), once, 'the same event was delivered again')
    },
  },
  {
    title: 'events may come in any order',
    lesson:
      'An event only says "look at this key". Read the object as it is now, or write only if event.order is newer than the stored one (compare as strings).',
    check: (start) => checkOrders(start, ['upload', 'upload']),
  },
  {
    title: 'a late event does not bring back what was removed',
    lesson:
      'Keep a tombstone with the order of the removal, or look whether the object is there, before writing what an event says.',
    needsRemovals: true,
    async check(start) {
      await checkOrders(start, ['upload', 'remove'])
      await checkOrders(start, ['upload', 'remove', 'upload'])
    },
  },
  {
    title: 'a removal is carried through',
    lesson: 'What a subscriber keeps of an object goes, or is marked as removed, when the object is removed.',
    needsRemovals: true,
    async check(start) {
      const trial = start()
      const key = trial.key('removed')
      await trial.deliver([[await trial.upload(key)]])
      const before = await trial.kept(key)

      const [fate] = await trial.deliver([[await trial.remove(key)]])

      insist(fate === 'acknowledged', 'the event about the removal failed')
      insist(!isSame(await trial.kept(key), before), 'the removal changed nothing')
    },
  },
  {
    title: 'an object that is gone is no failure',
    lesson:
      'Objects are removed before their events are read. Let NoSuchKey out of the job, or return skipped("gone").',
    needsRemovals: true,
    async check(start) {
      const trial = start()
      const key = trial.key('gone')
      const created = await trial.upload(key)
      await trial.remove(key)

      const [fate] = await trial.deliver([[created]])

      insist(fate === 'acknowledged', 'the event about an object that is gone was not acknowledged')
      insist(trial.deadLetters.length === 0, 'the event about an object that is gone became a dead letter')
    },
  },
  {
    title: 'events about another bucket are refused',
    lesson:
      'Whoever may send to the queue can name any bucket. createHandler gives such events up before the job is asked.',
    async check(start) {
      const trial = start()
      const key = trial.key('foreign')
      const event = await trial.upload(key)

      await trial.deliver([[{ ...event, bucket: 'somebody-elses' }]])

      await insistNothingKept(trial, key, 'an event about another bucket was worked on')
      insist(trial.deadLetters.length === 1, 'an event about another bucket did not become a dead letter at once')
    },
  },
]

/** The bucket changes; the events come as they happen, and then in every other order after all has happened. */
async function checkOrders(start: () => Trial, changes: ('upload' | 'remove')[]): Promise<void> {
  const inOrder = start()
  const key = inOrder.key('reordered')
  for (const change of changes) await inOrder.deliver([[await inOrder[change](key)]])
  const expected = await inOrder.kept(key)

  for (const order of permutations(changes.map((_, index) => index))) {
    const trial = start()
    const events = await inTurn(changes, (change) => trial[change](key))
    for (const index of order) await trial.deliver([only(events[index])])
    const story = order.map((index) => `${index + 1} (${changes[index]})`).join(', ')
    insistSame(await trial.kept(key), expected, `events came in the order ${story}`)
  }
}

function permutations(items: number[]): number[][] {
  if (items.length <= 1) return [items]
  return items.flatMap((item) => permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]))
}

async function inTurn<T>(items: T[], change: (item: T) => Promise<EventOverrides>): Promise<EventOverrides[]> {
  const events: EventOverrides[] = []
  for (const item of items) events.push(await change(item))
  return events
}

const only = (...events: (EventOverrides | undefined)[]) => events.filter((event) => event !== undefined)
