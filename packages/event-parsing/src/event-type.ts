import type { ObjectEventKind, ObjectEventType } from '@fanout/schemas'

/**
 * What an S3 event name (without `s3:`) says happened.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html
 */
export function eventTypeOf(eventName: string): ObjectEventType {
  const [family = '', action = ''] = eventName.split(':')
  if (family === 'ObjectRestore') return RESTORE_TYPES[action] ?? 'other'
  return FAMILY_TYPES[family] ?? 'other'
}

/** Changes order themselves by their sequencer; everything else is a fact about an object that exists. */
export function eventKindOf(type: ObjectEventType, order: string | undefined): ObjectEventKind {
  if (!CHANGES.has(type)) return 'annotation'
  return order === undefined ? 'observed' : 'notified'
}

const CHANGES: ReadonlySet<ObjectEventType> = new Set(['created', 'removed', 'expired', 'restored'])

const FAMILY_TYPES: Readonly<Record<string, ObjectEventType>> = {
  ObjectCreated: 'created',
  ObjectRemoved: 'removed',
  LifecycleExpiration: 'expired',
  ObjectTagging: 'tagged',
  ObjectAcl: 'acl-changed',
  LifecycleTransition: 'transitioned',
  IntelligentTiering: 'tiered',
  Replication: 'replication',
  ObjectRetention: 'retention-changed',
  ObjectAnnotation: 'annotated',
  ReducedRedundancyLostObject: 'lost',
}

const RESTORE_TYPES: Readonly<Record<string, ObjectEventType>> = {
  Post: 'restore-started',
  Completed: 'restored',
  Delete: 'restore-expired',
}
