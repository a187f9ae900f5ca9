/** `4 s`, `12 min`, `3 h`, `2 d`: how long something is, in one unit. */
export function describeDuration(seconds: number): string {
  for (const { unit, length } of UNITS) if (seconds >= 2 * length) return `${Math.floor(seconds / length)} ${unit}`
  return `${Math.max(0, Math.floor(seconds))} s`
}

/** `12 min ago` */
export const describeAge = (time: string, now = Date.now()): string =>
  `${describeDuration((now - Date.parse(time)) / 1000)} ago`

const UNITS = [
  { unit: 'd', length: 86_400 },
  { unit: 'h', length: 3600 },
  { unit: 'min', length: 60 },
]
