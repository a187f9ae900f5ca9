const BASE_SECONDS = 10
const FACTOR = 4
// With the 15 minutes that a function may run, far from SQS's limit of 43,200 s since the receipt, beyond which it refuses
const CAP_SECONDS = 3600

/**
 * Seconds until a message that has failed `attempts` times comes again: at most 10, 40, 160, 640, 2,560, then 3,600, and at least
 * half of that. Equal jitter: a batch that failed as one does not come back as one, and nine attempts last three hours instead of
 * two (docs/decisions/0011-half-of-each-wait-is-certain.md).
 * @param random from 0 to 1
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoffSeconds(attempts: number, random: () => number): number {
  const longest = Math.min(CAP_SECONDS, BASE_SECONDS * FACTOR ** (attempts - 1))
  return Math.round((longest / 2) * (1 + random()))
}
