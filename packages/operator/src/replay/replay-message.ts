import { encodeKey, REPLAY_SOURCE } from '@fanout/event-parsing'

/** An object to look at again. */
export interface ReplayedObject {
  key: string
  size?: number
  /** Without quotes. */
  eTag?: string
  /** It is gone: what was made of it should go, too. */
  isGone?: boolean
}

/** What the messages of one replay share. */
export interface ReplayRun {
  id: string
  bucket: string
  region: string
  /** When it was begun, as ISO 8601: a run that goes on sends the same events. */
  startedAt: string
}

/**
 * An S3 notification of our own: it has no sequencer, so the event is *observed* and the job looks at the object as it is now.
 * The same object has the same event id in one run, however often it is sent.
 */
export function replayMessage({ key, size, eTag, isGone }: ReplayedObject, run: ReplayRun): string {
  const record = {
    eventVersion: '2.1',
    eventSource: REPLAY_SOURCE,
    awsRegion: run.region,
    eventTime: run.startedAt,
    eventName: isGone ? 'ObjectRemoved:Delete' : 'ObjectCreated:Put',
    userIdentity: { principalId: 'fanout' },
    requestParameters: {},
    responseElements: { 'x-amz-request-id': run.id },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: 'replay',
      bucket: { name: run.bucket, arn: `arn:aws:s3:::${run.bucket}` },
      object: { key: encodeKey(key), size, eTag },
    },
  }
  return JSON.stringify({ Records: [record] })
}
