import { DeleteObjectsCommand, ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3'

/** Deletes every version of every object: CloudFormation removes empty buckets only. */
export async function emptyBucket(bucket: string, region: string): Promise<void> {
  const s3 = new S3Client({ region })
  for (let deleted = 0; ;) {
    // From the start each time: what was listed before is gone.
    const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket }))
    const objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }))
    if (objects.length === 0) {
      if (deleted > 0) process.stdout.write(`emptied ${bucket}: ${deleted} versions\n`)
      return
    }
    const { Errors: [refused] = [] } = await s3.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: objects, Quiet: true } }),
    )
    if (refused) throw new Error(`cannot delete ${refused.Key} from ${bucket}: ${refused.Message}`)
    deleted += objects.length
  }
}
