export { Duration } from 'aws-cdk-lib'
export { defineSubscriber, type SubscriberDefinition } from './define-subscriber.ts'
export type { EventFamily } from './event-families.ts'
export type { OwnBucket, OwnIndex, OwnResources, OwnTable } from './own-resources.ts'
