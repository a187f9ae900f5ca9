/** AWS sends 18 hex digits today; the width leaves room, and a fixed width lets DynamoDB compare stored values as strings. */
const STORED_WIDTH = 32

// The example value of the S3 User Guide, which LocalStack sends with every event: it orders nothing
const EMULATOR_CONSTANT = '0055AED6DCD90281E5'

/**
 * A sequencer in the form in which two of the same key compare as plain strings: upper-case, right-padded with zeros.
 * AWS's page said left-pad until 2021 and says right-pad since.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export function normalizeSequencer(sequencer: string): string {
  return sequencer.toUpperCase().padEnd(STORED_WIDTH, '0')
}

/** Orders two sequencers of one key: negative when `a` is older, 0 when they are the same, positive when `a` is newer. */
export function compareSequencers(a: string, b: string): number {
  const [left, right] = [normalizeSequencer(a), normalizeSequencer(b)]
  const width = Math.max(left.length, right.length)
  const [x, y] = [left.padEnd(width, '0'), right.padEnd(width, '0')]
  return x < y ? -1 : x > y ? 1 : 0
}

/** The order that a sequencer gives to its event; undefined where it gives none (absent, not hex, an emulator's constant). */
export function orderOf(sequencer: string | null | undefined): string | undefined {
  if (!sequencer || !/^[0-9a-f]+$/i.test(sequencer)) return undefined
  const isConstant = sequencer.toUpperCase() === EMULATOR_CONSTANT
  return isConstant ? undefined : normalizeSequencer(sequencer)
}
