import { mutationsOf } from '../mutation.ts'

export const handler = mutationsOf('packages/handler', [
  {
    breaks: 'a message is acknowledged only when it is finished',
    file: 'src/create-handler.ts',
    find: `if (!isSettled) throw new Error(\`message \${record.messageId} comes again\`)`,
    replace: `void isSettled`,
  },
  {
    breaks: 'a batch of which all fail is not acknowledged',
    file: 'src/create-handler.ts',
    find: `throwOnFullBatchFailure: false,`,
    replace: `throwOnFullBatchFailure: true,`,
  },
  {
    breaks: 'fresh messages run before often-received ones',
    file: 'src/create-handler.ts',
    find: `receives(a) - receives(b)`,
    replace: `receives(b) - receives(a)`,
  },
  {
    breaks: 'a message stays when its dead letter cannot be written',
    file: 'src/settle-message.ts',
    find: `if (!(await giveUp(message, verdicts, failed, invocation))) return false`,
    replace: `await giveUp(message, verdicts, failed, invocation)`,
  },
  {
    breaks: 'a retry waits, longer each time',
    file: 'src/settle-message.ts',
    find: `return comeAgain(message, backoffSeconds(attempts, invocation.random), invocation)`,
    replace: `return comeAgain(message, 0, invocation)`,
  },
  {
    breaks: 'what never started is given back at once',
    file: 'src/settle-message.ts',
    find: `if (!deadline.hasTime()) return comeAgain(message, 0, invocation)`,
    replace: `if (!deadline.hasTime()) return false`,
  },
  {
    breaks: 'no record starts near the deadline',
    file: 'src/deadline.ts',
    find: `hasTime: () => !jobs.signal.aborted && remainingMs() > 2 * reserve,`,
    replace: `hasTime: () => true,`,
  },
  {
    breaks: 'a message is given up after its last attempt',
    file: 'src/settle-message.ts',
    find: `if (attempts < env.MAX_ATTEMPTS && failed.some(`,
    replace: `if (failed.some(`,
  },
  {
    breaks: 'a permanent failure is not tried again',
    file: 'src/settle-message.ts',
    find: `failed.some(({ outcome }) => outcome.isTransient)`,
    replace: `failed.length > 0`,
  },
  {
    breaks: "events about another bucket than the stage's are refused",
    file: 'src/run-job.ts',
    find: `if (event.bucket === bucket) return event`,
    replace: `if (event.bucket || bucket) return event`,
  },
  {
    breaks: 'a job that returns nothing has not done its work',
    file: 'src/run-job.ts',
    find: `return verdict(assertOutcome(await beforeDeadline(running, signal)))`,
    replace: `return verdict(await beforeDeadline(running, signal))`,
  },
  {
    breaks: 'access denied is never silent',
    file: 'src/classify-error.ts',
    find: `  if (status === 405)`,
    replace: `  if (status === 405 || status === 403)`,
  },
  {
    breaks: 'an object that is gone is no failure',
    file: 'src/classify-error.ts',
    find: `    case 'NotFound':\n`,
    replace: ``,
  },
  {
    breaks: 'a dead letter says why',
    file: 'src/dead-letter.ts',
    find: `      errorMessage: text(`,
    replace: `      reason: text(`,
  },
  {
    breaks: 'how often a message was sent back is carried on',
    file: 'src/dead-letter.ts',
    find: `redrives: number(Number(messageAttributes.redrives?.stringValue) || 0)`,
    replace: `redrives: number(0)`,
  },
  {
    breaks: 'a dead letter holds only what failed',
    file: 'src/failed-part.ts',
    find: `records.filter((_, index) => isFailed[index])`,
    replace: `records`,
  },
])
