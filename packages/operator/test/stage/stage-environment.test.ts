import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { shellQuote } from '../../src/printing/shell-quote.ts'
import { environmentFor } from '../../src/stage/stage-environment.ts'

const connection = {
  endpoint: 'http://127.0.0.1:4599',
  region: 'eu-west-1',
  stage: 'dev',
  accessKeyId: 'AKIAEXAMPLE',
  secretAccessKey: 'secret',
  pid: 1,
}

test('names the endpoint, the keys and every resource that a subscriber registered', () => {
  const resources = [{ THUMBNAILS_BUCKET: 'thumbnails' }, { INDEX_TABLE: 'index' }, {}]
  const subscribers = resources.map((own, index) => ({
    name: `s${index}`,
    functionName: `s${index}`,
    queueUrl: 'q',
    deadLetterQueueUrl: 'd',
    resources: own,
  }))

  const environment = environmentFor(connection, {
    uploadsBucket: 'uploads',
    topicArn: 'arn:topic',
    deliveriesTable: 'deliveries',
    subscribers,
  })

  expect(environment).toEqual({
    AWS_ENDPOINT_URL: 'http://127.0.0.1:4599',
    AWS_REGION: 'eu-west-1',
    AWS_DEFAULT_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    UPLOADS_BUCKET: 'uploads',
    TOPIC_ARN: 'arn:topic',
    DELIVERIES_TABLE: 'deliveries',
    THUMBNAILS_BUCKET: 'thumbnails',
    INDEX_TABLE: 'index',
  })
})

test('a quoted word reaches a command as it was', () => {
  const word = `it's $HOME "and" \`date\`\n`

  expect(execFileSync('sh', ['-c', `printf %s ${shellQuote(word)}`], { encoding: 'utf8' })).toBe(word)
})
