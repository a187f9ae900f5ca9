import { parseMessage } from '@fanout/event-parsing'
import { buildNotification } from '@fanout/event-parsing/testing'
import type { Figure } from './main.ts'
import { median, rounded } from './statistics.ts'

const ROUNDS = 15
const BODIES = 5_000

/** parseMessage, which decodes the key and makes the event's id too, against JSON.parse of the same bodies. */
export async function measureParsing(): Promise<Figure[]> {
  const raw = Array.from({ length: BODIES }, (_, index) => buildNotification({ key: `photos/a b ${index}.jpg` }))
  const enveloped = raw.map((body) => JSON.stringify({ Type: 'Notification', MessageId: 'm', Message: body }))
  const envelopeOnly = (body: string) => JSON.parse((JSON.parse(body) as { Message: string }).Message)
  return [...compare('raw', raw, JSON.parse), ...compare('in an SNS envelope', enveloped, envelopeOnly)]
}

function compare(form: string, bodies: string[], yardstick: (body: string) => unknown): Figure[] {
  const rounds = Array.from({ length: ROUNDS }, () => ({
    ours: cpuMicrosecondsPerBody(bodies, parseMessage),
    theirs: cpuMicrosecondsPerBody(bodies, yardstick),
  }))
  const ratio = median(rounds.map(({ ours, theirs }) => theirs / ours))
  return [
    { name: `parseMessage, ${form}`, value: rounded(median(rounds.map(({ ours }) => ours))), unit: 'µs' },
    {
      name: `speed against JSON.parse alone, ${form}`,
      value: rounded(ratio),
      unit: 'x',
      goal: '>= 0.8',
    },
  ]
}

function cpuMicrosecondsPerBody(bodies: string[], parse: (body: string) => unknown): number {
  const start = process.cpuUsage()
  for (const body of bodies) parse(body)
  const { user, system } = process.cpuUsage(start)
  return (user + system) / bodies.length
}
