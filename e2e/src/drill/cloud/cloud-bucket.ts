import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectTaggingCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import type { Operation } from '../operation.ts'

/** Does the operations of a history to a real bucket, one after the other. */
export interface CloudBucket {
  /** Answers the operation as it was done: its request and version have the ids that the bucket gave them. */
  apply: (operation: Operation) => Promise<Operation>
}

export function createCloudBucket(s3: S3Client, bucket: string): CloudBucket {
  const versionIds = new Map<string, string>()
  const versionOf = ({ versionId }: Operation) => versionIds.get(versionId) ?? versionId

  function send(operation: Operation) {
    const target = { Bucket: bucket, Key: operation.key }
    switch (operation.type) {
      case 'write':
        return operation.copyOf === undefined ? put(operation, target) : copy(operation, operation.copyOf, target)
      case 'hide':
        return s3.send(new DeleteObjectCommand(target))
      case 'erase':
        return s3.send(new DeleteObjectCommand({ ...target, VersionId: versionOf(operation) }))
      case 'annotate':
        return annotate(operation, { ...target, VersionId: versionOf(operation) })
      case 'restore':
        throw new Error('the local cloud archives nothing')
    }
  }

  function put({ content }: Operation, target: Target) {
    return s3.send(
      new PutObjectCommand({ ...target, ...(content && { Body: content.bytes, ContentType: content.mediaType }) }),
    )
  }

  function copy({ content }: Operation, source: string, target: Target) {
    const CopySource = [bucket, ...source.split('/')].map(encodeURIComponent).join('/')
    // S3 refuses to copy an object to itself as it is
    const changed = { MetadataDirective: 'REPLACE' as const, ...(content && { ContentType: content.mediaType }) }
    return s3.send(new CopyObjectCommand({ ...target, ...changed, CopySource }))
  }

  function annotate({ eventName }: Operation, target: Target) {
    const TagSet = [{ Key: 'drilled', Value: 'yes' }]
    return eventName === 'ObjectTagging:Put'
      ? s3.send(new PutObjectTaggingCommand({ ...target, Tagging: { TagSet } }))
      : s3.send(new DeleteObjectTaggingCommand(target))
  }

  return {
    async apply(operation) {
      const { $metadata, VersionId } = await send(operation)
      if (VersionId !== undefined && !versionIds.has(operation.versionId)) {
        versionIds.set(operation.versionId, VersionId)
      }
      return { ...operation, versionId: versionOf(operation), requestId: $metadata.requestId ?? '' }
    },
  }
}

interface Target {
  Bucket: string
  Key: string
  VersionId?: string
}
