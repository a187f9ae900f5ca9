import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { createHandler } from '@fanout/handler'
import { createDynamoDbTrail } from './dynamodb-trail.ts'
import { env } from './env.ts'
import { recordEvent } from './record-event.ts'

const deps = { trail: createDynamoDbTrail(new DynamoDBClient({}), env.AUDIT_TABLE), now: Date.now }

export const handler = createHandler((event) => recordEvent(event, deps))
