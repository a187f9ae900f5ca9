import { Duration } from 'aws-cdk-lib'
import { BillingMode, TableEncryption, type TableProps } from 'aws-cdk-lib/aws-dynamodb'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { BlockPublicAccess, BucketEncryption, type BucketProps } from 'aws-cdk-lib/aws-s3'
import { QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs'
import { keepsData, type Stage } from './stages.ts'

/** What every bucket of a stage has. */
export function bucketProps(stage: Stage, key: IKey | undefined) {
  return {
    ...(key
      ? { encryption: BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true }
      : { encryption: BucketEncryption.S3_MANAGED }),
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    removalPolicy: stage.removalPolicy,
  } satisfies BucketProps
}

/** Parts of uploads that were never completed cost money and are listed nowhere. */
export const ABORT_INCOMPLETE_UPLOADS = { abortIncompleteMultipartUploadAfter: Duration.days(7) }

/**
 * What every table of a stage has. One that is kept has a fixed name, by which the next deploy after its stack was removed
 * finds it (docs/decisions/0006-names-of-what-is-kept.md).
 */
export function tableProps(stage: Stage, key: IKey | undefined, name: string) {
  return {
    ...(keepsData(stage) ? { tableName: name } : {}),
    ...(key
      ? { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey: key }
      : { encryption: TableEncryption.DEFAULT }),
    billingMode: BillingMode.PAY_PER_REQUEST,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: keepsData(stage),
    removalPolicy: stage.removalPolicy,
  } satisfies Partial<TableProps>
}

/** What every queue of a stage has. */
export function queueProps(key: IKey | undefined) {
  return {
    ...(key
      ? { encryption: QueueEncryption.KMS, encryptionMasterKey: key, dataKeyReuse: Duration.hours(1) }
      : { encryption: QueueEncryption.SQS_MANAGED }),
    enforceSSL: true,
  } satisfies QueueProps
}
