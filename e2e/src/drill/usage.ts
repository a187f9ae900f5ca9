/** What `pnpm drill --help` prints. */
export const USAGE = `pnpm drill [OPTIONS]: a bucket's history with everything that may go wrong, compared with a model of the operations alone

  --seed N            the same history, troubles and end each time (1)
  --events N          distinct events (10000)
  --keys N            keys in the bucket (events / 8)
  --contents N        different contents (200)
  --duplicates SHARE  messages that come again (0.05)
  --poison SHARE      messages that nobody can read (0.01)
  --dropped SHARE     events that never come; a replay makes up for them (0)
  --shuffle           messages overtake each other
  --failures SHARE    calls that fail, on either side of their effect (0.005)
  --deaths SHARE      calls at which the process dies, on either side of their effect (0.0005)
  --sequencers KIND   aws, constant (as LocalStack's), none (aws)
  --runs N            so many drills, each with the next seed (1)
  --without-sequencer a demonstration: the indexer lets the last writer win; differences are not 0
  --through-local-cloud, --kill N   the real functions in the local cloud, of whose processes N are killed
  --faults            each error of AWS at each call of every subscriber
  --json              only JSON on standard output

  pnpm -s drill --seed 7 --events 100000 --duplicates 0.05 --shuffle --poison 0.01 --json
  pnpm -s drill --runs 200 --events 30 --keys 3 --contents 12 --duplicates 0.5 --shuffle
  pnpm -s drill --through-local-cloud --seed 3 --events 5000 --kill 50 --json
  pnpm -s drill --faults

Exit code: 0 all is as it must be, 1 something is not, 2 usage. docs/testing.md says what the figures mean.`
