import type { Resources } from './operated-cloud.ts'

/** An edit of the hub's template: S3 may no longer tell the topic of uploads. */
export function denyPublishing({ ObjectEventsPolicy }: Resources): void {
  const document = ObjectEventsPolicy?.Properties['PolicyDocument']
  document.Statement = document.Statement.filter(({ Sid }: { Sid: string }) => Sid !== 'UploadsBucketMayPublish')
}
