import { defineSubscriber, Duration } from '@fanout/infra'

export default defineSubscriber({
  events: ['created', 'removed', 'expired', 'restored'],
  // One whole processor: decoding is CPU time.
  memoryMb: 1769,
  timeout: Duration.seconds(60),
  // One is decoded while another is on its way; more would only add memory.
  recordsInFlight: 2,
  readsUploads: true,
  environment: {
    // glibc keeps an arena per thread, and libvips has many threads: 204 MB after 100 images, 159 MB with one arena.
    MALLOC_ARENA_MAX: '1',
  },
  resources: (own) => {
    own.addBucket('Thumbnails', {
      env: 'THUMBNAILS_BUCKET',
      // Get belongs to Put and Delete with If-Match.
      actions: ['s3:PutObject', 's3:GetObject', 's3:DeleteObject'],
      list: true,
    })
  },
})
