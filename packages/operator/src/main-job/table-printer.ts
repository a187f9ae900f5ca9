import { styleText } from 'node:util'
import type { ObjectDeliveries } from './await-deliveries.ts'
import { createDeliveryTable, type Paint } from './delivery-table.ts'

/** Prints the table of deliveries while they come. */
export interface TablePrinter {
  update: (object: ObjectDeliveries) => void
  /** Prints a line that is not of the table. */
  note: (line: string) => void
  /** Prints what is still missing of the table. */
  finish: (objects: readonly ObjectDeliveries[]) => void
}

/** How many objects make a run one of many, of which only the first and the dead ones have a line. */
export const MANY_OBJECTS = 50
const LINES_OF_MANY = 20

export function createTablePrinter(
  stream: NodeJS.WriteStream,
  keys: readonly string[],
  subscribers: readonly string[],
): TablePrinter {
  const paint: Paint = (outcome, text) => styleText(COLOURS[outcome], text, { stream })
  // The header and the summary need room, too
  const fits = keys.length <= Math.min(MANY_OBJECTS, (stream.rows ?? 0) - 6)
  return stream.isTTY && fits
    ? createLiveTable(stream, keys, subscribers, paint)
    : createPlainTable(stream, keys, subscribers, paint)
}

const COLOURS = { done: 'green', skipped: 'gray', rejected: 'yellow', dead: 'red' } as const

/** Draws the whole table anew whenever something is settled. */
function createLiveTable(
  stream: NodeJS.WriteStream,
  keys: readonly string[],
  subscribers: readonly string[],
  paint: Paint,
): TablePrinter {
  const table = createDeliveryTable(keys, subscribers, paint)
  const objects = new Map(
    keys.map((key): [string, ObjectDeliveries] => [key, { key, startedAt: 0, subscribers: new Map() }]),
  )
  const draw = () => {
    const rows = () => [...objects.values()].map((object) => table.row(object))
    // The first pass finds the widths
    rows()
    return [table.header(), ...rows()].map((text) => `${text}\u001B[K\n`).join('')
  }
  // A line that wraps would break the way back to the table's start
  const redraw = (above = '') => stream.write(`\u001B[${objects.size + 1}A\u001B[?7l${above}${draw()}\u001B[?7h`)
  stream.write(`\n\u001B[?7l${draw()}\u001B[?7h`)
  return {
    update: (object) => {
      objects.set(object.key, object)
      redraw()
    },
    note: (line) => redraw(`${line}\u001B[K\n`),
    finish: () => {},
  }
}

/** Prints one line for each object when all of it is settled. */
function createPlainTable(
  stream: NodeJS.WriteStream,
  keys: readonly string[],
  subscribers: readonly string[],
  paint: Paint,
): TablePrinter {
  const table = createDeliveryTable(keys, subscribers, paint)
  const lines = keys.length > MANY_OBJECTS ? LINES_OF_MANY : keys.length
  const printed = new Set<string>()
  const print = (object: ObjectDeliveries) => {
    // The first row gives the columns their widths
    const row = table.row(object)
    stream.write(printed.size === 0 ? `\n${table.header()}\n${row}\n` : `${row}\n`)
    printed.add(object.key)
  }
  return {
    update: (object) => {
      if (object.subscribers.size < subscribers.length) return
      const isDead = [...object.subscribers.values()].some(({ outcome }) => outcome === 'dead')
      if (isDead || printed.size < lines) print(object)
    },
    note: (line) => stream.write(`${line}\n`),
    finish: (objects) => {
      const missing = objects.filter(({ key }) => !printed.has(key))
      if (keys.length <= MANY_OBJECTS) for (const object of missing) print(object)
      else if (missing.length > 0) stream.write(`  … and ${missing.length} more\n`)
    },
  }
}
