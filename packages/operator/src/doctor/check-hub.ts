import { GetBucketNotificationConfigurationCommand } from '@aws-sdk/client-s3'
import type { Stage } from '../stage/stage.ts'
import { unlessNotImplemented } from '../stage/status-of.ts'
import { ok, problem, unknown, warning, type Finding } from './finding.ts'

const DEPLOY_HUB = 'STAGE=<stage> pnpm turbo run deploy --filter=@fanout/infra'

/** A bucket has one notification configuration, and whoever puts another one takes the events away. */
export async function checkHub({ name, clients, uploadsBucket, topicArn, deliveriesTable }: Stage): Promise<Finding[]> {
  const remedy = DEPLOY_HUB.replace('<stage>', name)
  const configuration = await unlessNotImplemented(
    clients.s3.send(new GetBucketNotificationConfigurationCommand({ Bucket: uploadsBucket })),
  )
  return [
    configuration === undefined
      ? unknown('notification', 'this stage does not tell what its bucket notifies')
      : checkNotification(configuration, topicArn, remedy),
    deliveriesTable === undefined
      ? warning(
          'delivery records',
          'this stage keeps none: status and reconcile know less',
          'deliveryRecords in infra/lib/stages.ts',
        )
      : ok('delivery records', deliveriesTable),
  ]
}

interface NotificationConfiguration {
  TopicConfigurations?: { TopicArn?: string | undefined; Events?: string[] | undefined }[] | undefined
  QueueConfigurations?: unknown[] | undefined
  LambdaFunctionConfigurations?: unknown[] | undefined
}

export function checkNotification(
  { TopicConfigurations = [], QueueConfigurations = [], LambdaFunctionConfigurations = [] }: NotificationConfiguration,
  topicArn: string,
  remedy: string,
): Finding {
  const ours = TopicConfigurations.filter(({ TopicArn }) => TopicArn === topicArn)
  const foreign =
    TopicConfigurations.length - ours.length + QueueConfigurations.length + LambdaFunctionConfigurations.length
  const events = ours.flatMap(({ Events = [] }) => Events)
  if (ours.length === 0) {
    const who = foreign > 0 ? `it tells ${foreign} others` : 'it tells nobody'
    return problem('notification', `the uploads bucket does not tell the stage's topic: ${who}`, remedy)
  }
  if (!events.some((event) => event.startsWith('s3:ObjectCreated'))) {
    return problem('notification', `the uploads bucket tells of ${events.join(', ')} only`, remedy)
  }
  if (foreign > 0) {
    return warning(
      'notification',
      `the uploads bucket tells ${foreign} others, too`,
      `whoever put that there; else ${remedy}`,
    )
  }
  return ok('notification', `the uploads bucket tells the topic of ${events.length} kinds of events`)
}
