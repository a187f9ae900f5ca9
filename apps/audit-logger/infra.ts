import { defineSubscriber, Duration } from '@fanout/infra'

export default defineSubscriber({
  memoryMb: 256,
  timeout: Duration.seconds(30),
  resources: (own) => {
    own.addTable('Audit', {
      env: 'AUDIT_TABLE',
      partitionKey: 'objectKey',
      sortKey: 'entryId',
      actions: ['dynamodb:PutItem'],
    })
  },
})
