/**
 * The variables with which infra's `Subscriber` starts every function, for a test that imports an app's handler.ts. The
 * bucket is the one of `buildNotification` and `buildObjectEvent`.
 *
 * @example Object.assign(process.env, testEnvironment(), { THUMBNAILS_BUCKET: 'thumbnails' })
 */
export function testEnvironment() {
  return {
    STAGE: 'test',
    SUBSCRIBER: 'test-subscriber',
    UPLOADS_BUCKET: 'uploads',
    QUEUE_URL: 'http://127.0.0.1:4566/000000000000/queue',
    DEAD_LETTER_QUEUE_URL: 'http://127.0.0.1:4566/000000000000/dead-letters',
    MAX_ATTEMPTS: '9',
    RECORDS_IN_FLIGHT: '10',
  }
}
