import { PROJECT } from './project.ts'

/** The CloudWatch namespace of everything that the functions count. */
export const METRIC_NAMESPACE = PROJECT

/** What every subscriber's function counts, by CloudWatch's units. The dimensions are `stage` and `subscriber`. */
export const METRIC_UNITS = {
  Done: 'Count',
  Skipped: 'Count',
  Rejected: 'Count',
  /** Given up and sent to the dead-letter queue; once more with the dimension `reason`, the name of the error. */
  Dead: 'Count',
  /** Failed, and will come again. */
  Retried: 'Count',
  /** From the event to its settlement, of events that came by themselves: neither replayed nor redriven, nor given up. */
  Lag: 'Milliseconds',
  /** The age of the oldest event that failed and will come again. SQS's own age leaves out what was received three times. */
  OldestRetry: 'Seconds',
} as const

export type MetricName = keyof typeof METRIC_UNITS

/** What the hub's daily check counts: uploads of which no subscriber has heard. Its dimension is `stage`. */
export const UNHEARD_METRIC = 'UnheardObjects'
