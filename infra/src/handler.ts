import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import type { Context } from 'aws-lambda'
import { createDeliveries } from './deliveries.ts'
import { env } from './env.ts'
import { countUnheard } from './count-unheard.ts'
import { reportUnheard } from './report-unheard.ts'
import { createUploads } from './uploads.ts'

const deps = {
  uploads: createUploads(new S3Client({}), env.UPLOADS_BUCKET, env.PUBLISHED_PREFIX),
  deliveries: createDeliveries(new DynamoDBClient({}), env.DELIVERIES_TABLE),
}

/** Run once a day: counts the uploads of which no subscriber has heard. */
export async function handler(_event: unknown, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<void> {
  const found = await countUnheard(deps, {
    now: Date.now(),
    settledAfterHours: env.SETTLED_AFTER_HOURS,
    remainingMs: () => context.getRemainingTimeInMillis(),
  })
  // console.log would write time and request before it, and CloudWatch makes metrics of whole JSON lines
  for (const line of reportUnheard(found, env.STAGE, Date.now())) process.stdout.write(`${line}\n`)
}
