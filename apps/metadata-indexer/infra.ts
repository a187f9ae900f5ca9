import { defineSubscriber, Duration } from '@fanout/infra'
import { FoundRow, INDEX_FACETS } from '@fanout/schemas'

export default defineSubscriber({
  memoryMb: 512,
  timeout: Duration.seconds(30),
  readsUploads: true,
  resources: (own) => {
    own.addTable('Index', {
      env: 'INDEX_TABLE',
      partitionKey: 'objectKey',
      timeToLive: 'expiresAt',
      // For `fanout find`. Photos are in all three, other files in ByType alone; a fork that never asks by one leaves it out.
      indexes: Object.values(INDEX_FACETS).map(({ index, attribute }) => ({
        name: index,
        partitionKey: attribute,
        sortKey: 'objectKey',
        attributes: Object.keys(FoundRow.shape).filter((name) => name !== attribute && name !== 'objectKey'),
      })),
      actions: ['dynamodb:GetItem', 'dynamodb:PutItem'],
    })
  },
})
