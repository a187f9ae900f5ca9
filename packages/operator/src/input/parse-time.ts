import { UsageError } from '../exit-codes.ts'

/** A moment that a person typed, as ISO 8601: a date, a time, or how long ago (`90s`, `30m`, `2h`, `7d`). */
export function parseTime(text: string): string {
  const [, amount, unit] = /^(\d+)([smhd])$/.exec(text) ?? []
  const ms = amount && unit ? Date.now() - Number(amount) * UNIT_MS[unit]! : Date.parse(text)
  if (Number.isNaN(ms))
    throw new UsageError(`${text} is no time: 2026-11-25, 2026-11-25T10:00:00Z, or 2h for two hours ago`)
  return new Date(ms).toISOString()
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
