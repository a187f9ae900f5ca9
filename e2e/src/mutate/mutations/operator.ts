import { mutationsOf } from '../mutation.ts'

/** Those of the rules of failures that the operator's tools share with the handler. */
export const operator = mutationsOf('packages/operator', [
  {
    breaks: 'what SQS moved is told from what the handler gave up',
    file: 'src/dlq/dead-letter.ts',
    find: `return Attributes.DeadLetterQueueSourceArn ? 'sqs' : 'unknown'`,
    replace: `return Attributes.DeadLetterQueueSourceArn ? 'handler' : 'unknown'`,
    by: 'what SQS has moved itself',
  },
  {
    breaks: 'what SNS sent is told from the others',
    file: 'src/dlq/dead-letter.ts',
    find: `  if (MessageAttributes['ErrorCode']) return 'sns'\n`,
    replace: ``,
  },
  {
    breaks: 'dead letters are counted by event identity',
    file: 'src/dlq/dead-letter.ts',
    find: `return failures.length === 0 && ids.length > 0 ? ids.join(' ') : hash('sha256', body)`,
    replace: `return hash('sha256', \`\${body}\${ids.length}\${failures.length}\${performance.now()}\`)`,
  },
  {
    breaks: 'what is sent back counts how often',
    file: 'src/dlq/redrive-dead-letters.ts',
    find: `StringValue: String(redrives + 1)`,
    replace: `StringValue: String(redrives)`,
  },
  {
    breaks: 'a dead letter is gone only when it was sent',
    file: 'src/dlq/redrive-dead-letters.ts',
    find: `const kept = new Set(await queue.remove([...sent, ...toRemove]))`,
    replace: `const kept = new Set(await queue.remove([...toSend, ...toRemove]))`,
  },
  {
    breaks: 'what was sent back leaves the dead-letter queue',
    file: 'src/dlq/redrive-dead-letters.ts',
    find: `await queue.remove([...sent, ...toRemove])`,
    replace: `await queue.remove(toRemove)`,
  },
])
