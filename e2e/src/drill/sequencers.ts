import type { Operation } from './operation.ts'
import type { Random } from './random.ts'

/** What orders events: S3's own; LocalStack's, which are all the same; nothing, as with moto. */
export type Sequencers = (typeof SEQUENCERS)[number]
export const SEQUENCERS = ['aws', 'constant', 'none'] as const

/** The sequencer of the operation with this number; some have none. */
export function createSequencer(kind: Sequencers, number: number, random: Random): Pick<Operation, 'sequencer'> {
  switch (kind) {
    case 'aws':
      return { sequencer: growing(number, random) }
    case 'constant':
      return { sequencer: '0055AED6DCD90281E5' }
    case 'none':
      return {}
  }
}

/**
 * Like those of S3, which grow with time. In some, the zeros at the end are left out: padded on the wrong side they would
 * be too small.
 */
function growing(number: number, random: Random): string {
  const full = (0x678ff0c11a2b3c00n + BigInt(number) * 8n).toString(16).toUpperCase().padStart(18, '0')
  const text = random.chance(0.5) ? full.replace(/(00)+$/, '') : full
  return random.chance(0.1) ? text.toLowerCase() : text
}
