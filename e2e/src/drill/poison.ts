import { buildNotification, type EventOverrides } from '@fanout/event-parsing/testing'
import type { Random } from './random.ts'

/** A body that no subscriber can ever make anything of; its `name` is somewhere in it. */
export interface Poison {
  name: string
  body: string
  /** Where only a record is unreadable: it may also come beside readable ones. */
  record?: EventOverrides
}

export function createPoison(count: number, random: Random): Poison[] {
  return Array.from({ length: count }, (_, number) => {
    const name = `poison-${number}-`
    return random.pick(KINDS)(name, random)
  })
}

/** The name of the poison in a body. */
export function poisonIn(body: string): string | undefined {
  return /poison-\d+-/.exec(body)?.[0]
}

const KINDS: ((name: string, random: Random) => Poison)[] = [
  (name, random) => ({ name, body: `${name}${randomText(random)}` }),
  (name) => ({ name, body: `{"Records":["${name}` }),
  (name) => ({ name, body: JSON.stringify({ Records: [], name }) }),
  (name) => ({ name, body: JSON.stringify({ Records: [{ name }] }) }),
  (name) => ({ name, body: JSON.stringify([[[name]]]) }),
  (name) => ({ name, body: JSON.stringify({ Type: 'Notification', Message: name }) }),
  (name) => ofRecord(name, { rawKey: `${name}%E0%A4%A` }),
  (name) => ofRecord(name, { key: `${name}.jpg`, bucket: 'somebody-elses' }),
  (name) => ofRecord(name, { key: `${name}.jpg`, eventVersion: '3.0' }),
  (name) => ofRecord(name, { key: `${name}.jpg`, eventTime: 'yesterday' }),
]

function ofRecord(name: string, record: EventOverrides): Poison {
  return { name, body: buildNotification(record), record }
}

// Of the characters that SQS takes
function randomText(random: Random): string {
  return String.fromCharCode(...Array.from({ length: 40 }, () => 0x20 + random.below(0xd7e0)))
}
