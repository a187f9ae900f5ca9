/**
 * EXIF's `2008:05:30 15:56:01` as `2008-05-30T15:56:01`; `undefined` for what no clock shows, such as the zeros and blanks of
 * cameras whose clock was never set.
 */
export function toDateTime(text: string | undefined): string | undefined {
  const match = /^(\d{4})[:/-](\d\d)[:/-](\d\d)[ T](\d\d:\d\d:\d\d)/.exec(text ?? '')
  if (!match) return undefined
  const [, year, month, day, time] = match
  const dateTime = `${year}-${month}-${day}T${time}`
  const parsed = new Date(`${dateTime}Z`)
  // Date takes the 31st of February for the 3rd of March
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(dateTime) ? dateTime : undefined
}

/** `+02:00`; no zone is further than 14 hours from UTC. */
export function toZoneOffset(text: string | undefined): string | undefined {
  const match = /^[+-](\d\d):([0-5]\d)$/.exec(text ?? '')
  return match && Number(match[1]) <= 14 ? match[0] : undefined
}
