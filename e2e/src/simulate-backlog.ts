import { SCENARIOS } from './backlog/scenarios.ts'
import { describeResults } from './backlog/describe-results.ts'

/** `node e2e/src/simulate-backlog.ts`: what a burst and a four-hour outage do to a subscriber, as docs/scaling.md shows it. */
process.stdout.write(describeResults(SCENARIOS))
