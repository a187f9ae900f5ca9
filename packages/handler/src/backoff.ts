const BASE_SECONDS = 10
const FACTOR = 4
const CAP_SECONDS = 3600

/**
 * Seconds until the next try after `attempt` receives: 10, 40, 160, 640, then about an hour, of which the second half is
 * random so that a failed batch does not come back as one.
 * @see https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
 */
export function backoffSeconds(attempt: number, random: () => number = Math.random): number {
  const whole = Math.min(CAP_SECONDS, BASE_SECONDS * FACTOR ** (attempt - 1))
  return Math.round(whole / 2 + (whole / 2) * random())
}
