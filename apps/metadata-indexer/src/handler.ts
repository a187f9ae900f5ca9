import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { createHandler } from '@fanout/handler'
import { createDynamoDbIndex } from './dynamodb-index.ts'
import { env } from './env.ts'
import { indexObject } from './index-object.ts'
import { readMetadata } from './read-metadata.ts'
import { createS3Objects } from './s3-objects.ts'

const deps = {
  objects: createS3Objects(new S3Client({}), env.UPLOADS_BUCKET),
  index: createDynamoDbIndex(new DynamoDBClient({}), env.INDEX_TABLE),
  readMetadata,
  now: Date.now,
}

export const handler = createHandler((event) => indexObject(event, deps))
