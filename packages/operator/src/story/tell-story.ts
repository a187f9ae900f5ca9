import type { AuditEntry, DeliveryRecord } from '@fanout/schemas'
import type { DeadLetter } from '../dlq/dead-letter.ts'
import type { ObjectStory } from './object-story.ts'

/** One thing that happened, in words. */
export interface StoryLine {
  /** ISO 8601. */
  at: string
  type: 'event' | 'delivery' | 'dead-letter'
  /** `S3`, or the subscriber. */
  who: string
  text: string
  /** How long after the event, where that says something. */
  lagMs?: number
}

/** The story in order of time: what S3 said, and what each subscriber made of it. */
export function tellStory({ events, deliveries, deadLetters }: ObjectStory): StoryLine[] {
  const known = new Set(events.map(({ eventId }) => eventId))
  const lines = [
    ...tellEvents([...events, ...eventsOf(deliveries, known)]),
    ...deliveries.map(tellDelivery),
    // What the function itself gave up has a delivery record; of what SQS or SNS gave up the letter is all there is
    ...deadLetters.filter(({ kind }) => kind !== 'handler').map(tellDeadLetter),
  ]
  return lines
    .map((line, index) => ({ line, index }))
    .toSorted(byTime)
    .map(({ line }) => line)
}

interface Indexed {
  line: StoryLine
  index: number
}

// An event comes before what was made of it in the same millisecond
const byTime = (a: Indexed, b: Indexed): number => Date.parse(a.line.at) - Date.parse(b.line.at) || a.index - b.index

type StoryEvent = Pick<AuditEntry, 'eventId' | 'eventName' | 'eventTime'> & Partial<AuditEntry>

/** In a stage without the audit logger, the events are known by what was made of them. */
function eventsOf(deliveries: readonly DeliveryRecord[], known: ReadonlySet<string>): StoryEvent[] {
  const others = new Map<string, StoryEvent>()
  for (const { eventId, eventName, eventTime, replay, redrives } of deliveries) {
    const isReplay = replay === true && redrives === undefined
    if (!known.has(eventId) && !isReplay) others.set(eventId, { eventId, eventName, eventTime })
  }
  return [...others.values()]
}

function tellEvents(events: StoryEvent[]): StoryLine[] {
  let isThere = false
  return events
    .toSorted((a, b) => Date.parse(a.eventTime) - Date.parse(b.eventTime))
    .map((event) => {
      const text = describeEvent(event, isThere)
      if (event.eventName.startsWith('ObjectCreated:')) isThere = true
      if (/^(ObjectRemoved|LifecycleExpiration):/.test(event.eventName)) isThere = false
      return { at: event.eventTime, type: 'event', who: 'S3', text }
    })
}

function describeEvent(event: StoryEvent, isThere: boolean): string {
  const { eventName, size, versionId, principalId, sourceIp } = event
  const [family = '', action = ''] = eventName.split(':')
  const verb =
    family === 'ObjectCreated'
      ? isThere
        ? 'overwritten'
        : 'uploaded'
      : (VERBS[eventName] ?? VERBS[family] ?? `${family} ${action}`)
  const by = [principalId, sourceIp].filter(Boolean).join(' from ')
  return [
    verb,
    size === undefined ? '' : `${size} bytes`,
    versionId === undefined ? '' : `version ${versionId}`,
    by === '' ? '' : `by ${by}`,
  ]
    .filter((part) => part !== '')
    .join('  ')
}

const VERBS: Readonly<Record<string, string>> = {
  'ObjectRemoved:Delete': 'deleted',
  'ObjectRemoved:DeleteMarkerCreated': 'deleted, older versions kept',
  'LifecycleExpiration:Delete': 'deleted by a lifecycle rule',
  'LifecycleExpiration:DeleteMarkerCreated': 'expired by a lifecycle rule, older versions kept',
  'ObjectRestore:Post': 'restore from the archive asked for',
  'ObjectRestore:Completed': 'restored from the archive',
  'ObjectRestore:Delete': 'restored copy gone',
  ObjectTagging: 'tags changed',
  ObjectAcl: 'access list changed',
  LifecycleTransition: 'moved to another storage class',
  IntelligentTiering: 'moved to another tier',
  Replication: 'replication',
}

function tellDelivery(record: DeliveryRecord): StoryLine {
  const { settledAt, subscriber, outcome, reason, detail, attempts, redrives, replay, lagMs } = record
  const how = redrives !== undefined ? describeRedrive(redrives) : replay ? 'replayed: ' : ''
  const end = outcome === 'dead' ? 'gave up' : outcome
  const tries = describeTries(attempts, redrives !== undefined)
  const text = how + [end, reason ?? detail ?? '', tries].filter((part) => part !== '').join('  ')
  return { at: settledAt, type: 'delivery', who: subscriber, text, ...(how === '' ? { lagMs } : {}) }
}

/** SQS counts the receives of a message that was sent back from 1 again. */
function describeTries(attempts: number, isRedriven: boolean): string {
  if (isRedriven) return `after ${attempts} more ${attempts === 1 ? 'attempt' : 'attempts'}`
  return attempts > 1 ? `after ${attempts} attempts` : ''
}

const describeRedrive = (count: number): string =>
  count === 1 ? 'sent back from the dead letters: ' : `sent back again, redrive ${count}: `

function tellDeadLetter({ subscriber, sentAt, reason, attempts }: DeadLetter): StoryLine {
  const tries = attempts > 1 ? `  after ${attempts} attempts` : ''
  return { at: sentAt, type: 'dead-letter', who: subscriber, text: `given up: ${reason}${tries}` }
}
