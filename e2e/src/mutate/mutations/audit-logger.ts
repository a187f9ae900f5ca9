import { mutationsOf } from '../mutation.ts'

export const auditLogger = mutationsOf('apps/audit-logger', [
  {
    breaks: 'an entry is only ever created',
    file: 'src/dynamodb-trail.ts',
    find: `ConditionExpression: 'attribute_not_exists(entryId)',`,
    replace: ``,
  },
  {
    breaks: 'an entry that is there already is no failure',
    file: 'src/dynamodb-trail.ts',
    find: `if (error instanceof ConditionalCheckFailedException) return false`,
    replace: ``,
  },
  {
    breaks: 'an entry is known by the identity of its event',
    file: 'src/to-audit-entry.ts',
    find: 'entryId: `${second}Z#${id}`,',
    replace: 'entryId: `${second}Z#${event.eventName}`,',
  },
  {
    breaks: 'what an operator sends is not an event of S3',
    file: 'src/to-audit-entry.ts',
    find: `if (source === 'replay') return undefined`,
    replace: `if (source === 'replay' && event.type === 'other') return undefined`,
  },
  {
    breaks: 'one event has one entry, by whichever way it comes',
    file: 'src/to-audit-entry.ts',
    find: `.slice(0, 'yyyy-mm-ddThh:mm:ss'.length)`,
    replace: ``,
  },
  {
    breaks: 'what is not known is kept, too',
    file: 'src/to-audit-entry.ts',
    find: `    ...(details === undefined ? {} : { details: JSON.stringify(details) }),\n`,
    replace: ``,
  },
])
