import type { DeliveryOutcome } from '@fanout/schemas'
import type { ObjectDeliveries } from './await-deliveries.ts'
import { describeDelivery, describeLag } from '../printing/describe-delivery.ts'
import { printable } from '../printing/printable.ts'

/** Gives an outcome its colour, or leaves it as it is. */
export type Paint = (outcome: DeliveryOutcome, text: string) => string

/** The widths of the table's columns. They only grow, so that lines that are printed one by one stay aligned. */
export interface DeliveryTable {
  header: () => string
  row: (object: ObjectDeliveries) => string
}

/**
 * Lays out objects and what each subscriber made of them.
 * @param keys all keys that are to come
 */
export function createDeliveryTable(
  keys: readonly string[],
  subscribers: readonly string[],
  paint: Paint = (_outcome, text) => text,
): DeliveryTable {
  const keyWidth = keys.reduce((width, key) => Math.max(width, shortKey(key).length), 'object'.length)
  const columns = subscribers.map((name) => ({ name, left: 'done'.length, right: '999 ms'.length }))

  const widthOf = (column: { name: string; left: number; right: number }) =>
    Math.max(column.name.length, column.left + GAP + column.right)

  const header = () => line('object'.padEnd(keyWidth), ...columns.map((column) => column.name.padEnd(widthOf(column))))

  const row = ({ key, subscribers: deliveries }: ObjectDeliveries) => {
    const cells = columns.map((column) => {
      const delivery = deliveries.get(column.name)
      if (!delivery) return '…'.padEnd(widthOf(column))
      const [left, right] = [describeDelivery(delivery), delivery.outcome === 'done' ? describeLag(delivery) : '']
      column.left = Math.max(column.left, left.length - (right === '' ? GAP + column.right : 0))
      column.right = Math.max(column.right, right.length)
      const space = Math.max(1, widthOf(column) - left.length - right.length)
      return paint(delivery.outcome, left) + ' '.repeat(space) + right
    })
    return line(shortKey(key).padEnd(keyWidth), ...cells)
  }
  return { header, row }
}

const GAP = 3
const LONGEST_KEY = 40

const line = (...cells: string[]): string => `  ${cells.join('   ')}`.trimEnd()

function shortKey(key: string): string {
  const text = printable(key)
  return text.length <= LONGEST_KEY ? text : `${text.slice(0, LONGEST_KEY - 1)}…`
}
