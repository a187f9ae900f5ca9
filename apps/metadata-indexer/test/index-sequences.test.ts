import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { compareSequencers, decodeKey, parseMessage } from '@fanout/event-parsing'
import { describe, expect, it } from 'vitest'
import { indexObject } from '../src/index-object.ts'
import { createMemoryIndex, createMemoryObjects } from '../src/testing/index.ts'
import { permutations } from './permutations.ts'

/** One change of the bucket and the notification about it, its key as it is in the message. */
interface Change {
  eventName: string
  bucket: string
  key: string
  sequencer?: string
  size?: number
  eTag?: string
}

interface Case {
  name: string
  events: Change[]
  finalIndex: Record<string, { exists: boolean; size?: number; eTag?: string }>
}

const put = (n: number, key = 'k'): Change => ({ ...change(n, key, 'ObjectCreated:Put'), size: n, eTag: `e${n}` })
const remove = (n: number, key = 'k'): Change => change(n, key, 'ObjectRemoved:Delete')
const tag = (key = 'k'): Change => ({ eventName: 'ObjectTagging:Put', bucket: 'b', key, eTag: 'e1' })
const isThere = (n: number) => ({ exists: true, size: n, eTag: `e${n}` })
const isGone = { exists: false }

const OWN_CASES: Case[] = [
  { name: 'two puts', events: [put(1), put(2)], finalIndex: { k: isThere(2) } },
  { name: 'put, delete', events: [put(1), remove(2)], finalIndex: { k: isGone } },
  { name: 'put, delete, put', events: [put(1), remove(2), put(3)], finalIndex: { k: isThere(3) } },
  { name: 'put, tagging', events: [put(1), tag()], finalIndex: { k: isThere(1) } },
  { name: 'put, delete, tagging', events: [put(1), remove(2), tag()], finalIndex: { k: isGone } },
  {
    name: 'keys that differ only by their encoding',
    events: [put(1, 'a+b'), put(2, 'a%2Bb'), put(3, 'a%252Bb')],
    finalIndex: { 'a b': isThere(1), 'a+b': isThere(2), 'a%2Bb': isThere(3) },
  },
]

/** How those who send notifications write them. */
const DIALECTS: Record<string, (change: Change) => Change> = {
  AWS: (event) => event,
  'one sequencer for all': (event) => ({ ...event, sequencer: '0055AED6DCD90281E5' }),
  'no sequencer': ({ sequencer: _sequencer, ...event }) => event,
  'keys with %20 and %2F': (event) => ({ ...event, key: event.key.replaceAll('+', '%20').replaceAll('/', '%2F') }),
}

const SHARED = join(import.meta.dirname, '../../../../shared/fixtures/cases/index-sequences.json')
const sharedCases: Case[] = existsSync(SHARED) ? JSON.parse(readFileSync(SHARED, 'utf8')).cases : []

describe.each(Object.entries(DIALECTS))('in the dialect of %s', (_, speak) => {
  it.each([...OWN_CASES, ...sharedCases])('$name: the same end in every order, with repeats', async (given) => {
    for (const deliveries of ordersOf(given.events)) {
      const index = await indexAfter(given.events, deliveries.map(speak))

      const order = describeOrder(deliveries)
      expect({ order, index }).toEqual({ order, index: given.finalIndex })
    }
  })
})

/** Each event twice, since AWS delivers at least once. */
function ordersOf(events: Change[]): Change[][] {
  // ten deliveries have 113,400 orders
  if (events.length > 4) return permutations(events).map((order) => [...order, ...order.toReversed()])
  return permutations([...events, ...events])
}

/** The index after all changes of the bucket, and then all deliveries. */
async function indexAfter(changes: Change[], deliveries: Change[]) {
  const objects = createMemoryObjects()
  const index = createMemoryIndex()
  for (const each of changes.toSorted((a, b) => compareSequencers(a.sequencer ?? '', b.sequencer ?? ''))) {
    const key = decodeKey(each.key)
    if (each.eventName.startsWith('ObjectRemoved')) objects.remove(key)
    if (each.eventName.startsWith('ObjectCreated'))
      objects.put(key, 'x'.repeat(each.size ?? 0), { eTag: each.eTag ?? '' })
  }

  for (const delivery of deliveries) {
    for (const event of parseMessage(toMessage(delivery)).events) {
      await indexObject(event, { objects, index, readMetadata: async () => ({}), now: () => 0 })
    }
  }

  const rows = [...index.rows.values()].map((row) => {
    return [row.objectKey, row.deleted ? isGone : { exists: true, size: row.size, eTag: row.eTag }]
  })
  return Object.fromEntries(rows)
}

function toMessage({ eventName, bucket, ...object }: Change): string {
  const s3 = { bucket: { name: bucket }, object }
  const eventTime = '2026-01-21T23:21:00.000Z'
  return JSON.stringify({ Records: [{ eventVersion: '2.1', eventSource: 'aws:s3', eventTime, eventName, s3 }] })
}

function change(n: number, key: string, eventName: string): Change {
  return { eventName, bucket: 'b', key, sequencer: `0065AF0A100000000${n}` }
}

function describeOrder(deliveries: Change[]): string {
  return deliveries.map(({ eventName, key, sequencer = '' }) => `${eventName} ${key} ${sequencer.slice(-1)}`).join(', ')
}
