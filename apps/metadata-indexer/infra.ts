import { defineSubscriber, Duration } from '@fanout/infra'

export default defineSubscriber({
  memoryMb: 512,
  timeout: Duration.seconds(30),
  readsUploads: true,
  resources: (own) => {
    own.addTable('Index', {
      env: 'INDEX_TABLE',
      partitionKey: 'objectKey',
      timeToLive: 'expiresAt',
      actions: ['dynamodb:GetItem', 'dynamodb:PutItem'],
    })
  },
})
