import { registrationPaths, stagePath } from '@fanout/schemas'
import { Arn, ArnFormat, CfnParameter, type Stack } from 'aws-cdk-lib'
import type { Stage } from './stages.ts'

/** Where the hub leaves what subscribers need, so that no stack exports anything to another. */
export const hubParameterNames = (stage: string) => ({
  ...registrationPaths(stage),
  /** Only in stages with a customer key. */
  keyArn: `${stagePath(stage)}/hub/key-arn`,
  alarmsTopicArn: `${stagePath(stage)}/hub/alarms-topic-arn`,
})

/** What a subscriber's stack knows of its stage's hub: read from SSM when the stack is deployed. */
export interface Hub {
  readonly topicArn: string
  readonly uploadsBucketName: string
  readonly uploadsBucketArn: string
  /** Undefined in stages without delivery records. */
  readonly deliveriesTable: { readonly name: string; readonly arn: string } | undefined
  /** Undefined in stages without a customer key. */
  readonly keyArn: string | undefined
  readonly alarmsTopicArn: string
}

/** Declares the hub's parameters in a subscriber's stack. */
export function readHub(stack: Stack, stage: Stage): Hub {
  const names = hubParameterNames(stage.name)
  const read = (id: string, name: string) =>
    new CfnParameter(stack, id, { type: 'AWS::SSM::Parameter::Value<String>', default: name }).valueAsString
  const uploadsBucketName = read('HubUploadsBucket', names.uploadsBucket)
  const deliveriesTable = stage.deliveryRecords ? read('HubDeliveriesTable', names.deliveriesTable) : undefined
  return {
    topicArn: read('HubTopicArn', names.topicArn),
    uploadsBucketName,
    uploadsBucketArn: bucketArn(stack, uploadsBucketName),
    deliveriesTable:
      deliveriesTable === undefined ? undefined : { name: deliveriesTable, arn: tableArn(stack, deliveriesTable) },
    keyArn: stage.customerKey ? read('HubKeyArn', names.keyArn) : undefined,
    alarmsTopicArn: read('HubAlarmsTopicArn', names.alarmsTopicArn),
  }
}

export function bucketArn(stack: Stack, name: string): string {
  return Arn.format({ service: 's3', region: '', account: '', resource: name }, stack)
}

function tableArn(stack: Stack, name: string): string {
  return Arn.format(
    { service: 'dynamodb', resource: 'table', resourceName: name, arnFormat: ArnFormat.SLASH_RESOURCE_NAME },
    stack,
  )
}
