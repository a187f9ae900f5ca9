import type { Scenario } from './simulate-backlog.ts'

const HOUR = 3600

const thumbnailer = { recordMs: 160, maxConcurrency: 10, maxAttempts: 9 }

const burst = { ...thumbnailer, arrivalsPerSecond: 100_000 / 60, arrivalSeconds: 60 }

const outage = { ...thumbnailer, arrivalSeconds: 6 * HOUR, outage: { from: HOUR, to: 5 * HOUR } }

/** A thumbnailer that takes 160 ms a photo, as it comes and with more of what can be raised. */
export const SCENARIOS: readonly Scenario[] = [
  { ...burst, name: '100,000 uploads in a minute' },
  { ...burst, name: 'the same, concurrency 100', maxConcurrency: 100 },
  { ...outage, name: 'four hours of outage at 1 upload a second', arrivalsPerSecond: 1 },
  { ...outage, name: 'the same, 12 attempts', arrivalsPerSecond: 1, maxAttempts: 12 },
  { ...outage, name: 'four hours of outage at 10 a second', arrivalsPerSecond: 10 },
  { ...outage, name: 'the same, concurrency 100', arrivalsPerSecond: 10, maxConcurrency: 100 },
  {
    ...outage,
    name: 'the same, concurrency 100, 12 attempts',
    arrivalsPerSecond: 10,
    maxConcurrency: 100,
    maxAttempts: 12,
  },
  { ...outage, name: 'the same at 40 a second, concurrency 100', arrivalsPerSecond: 40, maxConcurrency: 100 },
]
