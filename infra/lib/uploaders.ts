import { ArnPrincipal, type IPrincipal, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Aws } from 'aws-cdk-lib'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import type { Bucket } from 'aws-cdk-lib/aws-s3'
import type { Stage } from './stages.ts'

/** Somebody who may put objects into the uploads bucket, everywhere or below a prefix. */
export type Uploader = {
  /** Default: anywhere. As people write keys, e.g. `scans/`. */
  readonly prefix?: string
} & (
  | /** A role or user, of this account or another. */ { readonly arn: `arn:${string}` }
  | /** Whoever that account lets, by its number. */ { readonly account: string }
  | /** An AWS service that delivers for this account, e.g. `ses.amazonaws.com`. */ {
      readonly service: `${string}.amazonaws.com`
    }
)

/** Lets the stage's uploaders put objects, and have them encrypted with the stage's key. Nothing else: not even read them. */
export function admitUploaders(stage: Stage, bucket: Bucket, key: IKey | undefined): void {
  for (const [index, uploader] of stage.uploaders.entries()) {
    const who = {
      principals: [principalOf(uploader)],
      ...('service' in uploader ? { conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } } } : {}),
    }
    bucket.addToResourcePolicy(
      new PolicyStatement({
        ...who,
        sid: `Uploader${index + 1}MayPut`,
        actions: ['s3:PutObject', 's3:AbortMultipartUpload'],
        resources: [bucket.arnForObjects(`${uploader.prefix ?? ''}*`)],
      }),
    )
    key?.addToResourcePolicy(
      new PolicyStatement({
        ...who,
        sid: `Uploader${index + 1}MayEncrypt`,
        // Decrypt belongs to multipart uploads: S3 reads the parts again.
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: ['*'],
      }),
    )
  }
}

function principalOf(uploader: Uploader): IPrincipal {
  if ('service' in uploader) return new ServicePrincipal(uploader.service)
  if ('arn' in uploader) return new ArnPrincipal(uploader.arn)
  if (!/^\d{12}$/.test(uploader.account)) throw new Error(`uploader ${uploader.account} is not an account of 12 digits`)
  return new ArnPrincipal(`arn:${Aws.PARTITION}:iam::${uploader.account}:root`)
}
