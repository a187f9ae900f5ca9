import type { DeliveryOutcome } from '@fanout/schemas'
import { printable } from './printable.ts'

interface Described {
  outcome: DeliveryOutcome
  reason?: string | undefined
  detail?: string | undefined
  attempts: number
}

/** `done  1024 512 128`, `rejected  truncated JPEG` */
export function describeDelivery({ outcome, reason, detail, attempts }: Described): string {
  const text = printable(reason ?? detail ?? '')
  return [outcome, text, attempts > 1 ? `${attempts} attempts` : ''].filter((part) => part !== '').join('  ')
}

/** `31 ms`, `12.4 s`; nothing where it is not known. */
export const describeLag = ({ lagMs }: { lagMs?: number | undefined }): string =>
  lagMs === undefined ? '' : lagMs < 10_000 ? `${Math.round(lagMs)} ms` : `${(lagMs / 1000).toFixed(1)} s`
