import { paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3'
import type { UnheardDeps } from './count-unheard.ts'

/** The objects of the uploads bucket of which it is to tell. */
export function createUploads(client: S3Client, bucket: string, prefix: string | undefined): UnheardDeps['uploads'] {
  return {
    async *list() {
      // Keys may hold characters that XML has not
      const input = { Bucket: bucket, Prefix: prefix, EncodingType: 'url' as const }
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, input)) {
        yield Contents.map(({ Key = '', LastModified }) => ({
          key: decodeURIComponent(Key.replaceAll('+', ' ')),
          lastModified: LastModified?.getTime() ?? 0,
        }))
      }
    },
  }
}
