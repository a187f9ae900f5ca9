import { numbersOf, textOf } from './field.ts'
import type { Fields } from './tiff-directory.ts'

const LATITUDE_REF = 1
const LATITUDE = 2
const LONGITUDE_REF = 3
const LONGITUDE = 4

export const POSITION_TAGS = [LATITUDE_REF, LATITUDE, LONGITUDE_REF, LONGITUDE]

/** Degrees, north and east positive; `undefined` for a place that is not on Earth. */
export function toPosition(fields: Fields): { lat: number; lon: number } | undefined {
  const degrees = (ref: number, value: number, positive: string, negative: string, most: number) => {
    const direction = textOf(fields.get(ref))?.charAt(0).toUpperCase()
    const sign = direction === positive ? 1 : direction === negative ? -1 : NaN
    const [whole = NaN, minutes = 0, seconds = 0] = numbersOf(fields.get(value))
    if (![whole, minutes, seconds].every((part) => part >= 0) || minutes > 60 || seconds > 60) return undefined
    const sum = whole + minutes / 60 + seconds / 3600
    // six digits: a tenth of a metre
    return sum <= most && sign ? Number((sign * sum).toFixed(6)) : undefined
  }
  const lat = degrees(LATITUDE_REF, LATITUDE, 'N', 'S', 90)
  const lon = degrees(LONGITUDE_REF, LONGITUDE, 'E', 'W', 180)
  return lat === undefined || lon === undefined ? undefined : { lat, lon }
}
