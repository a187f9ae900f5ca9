const BASE_SECONDS = 10
const FACTOR = 4
// With the 15 minutes that a function may run, far from SQS's limit of 43,200 s since the receipt, beyond which it refuses
const CAP_SECONDS = 3600

/**
 * Seconds until a message that has failed `attempts` times comes again: anything from 1 to 10, 40, 160, 640, then 3,600.
 * Full jitter: a batch that failed as one does not come back as one.
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoffSeconds(attempts: number, random: () => number): number {
  const longest = Math.min(CAP_SECONDS, BASE_SECONDS * FACTOR ** (attempts - 1))
  return Math.max(1, Math.round(longest * random()))
}
