import { CloudWatchClient, paginateDescribeAlarms, type MetricAlarm } from '@aws-sdk/client-cloudwatch'
import { ListSubscriptionsByTopicCommand, SNSClient } from '@aws-sdk/client-sns'
import { PROJECT } from '@fanout/schemas'
import type { Stage } from '../stage/stage.ts'
import { ok, problem, unknown, warning, type Finding } from './finding.ts'

/** An alarm that tells nobody is none. */
export async function checkAlarms(stage: Stage): Promise<Finding[]> {
  if (stage.isLocal) return [unknown('alarms', 'the local cloud has none')]
  const alarms = await readAlarms(stage)
  const findings = judgeAlarms(alarms)
  const topics = [...new Set(alarms.flatMap(({ AlarmActions = [] }) => AlarmActions))].filter((arn) =>
    arn.includes(':sns:'),
  )
  return [...findings, ...(await Promise.all(topics.map((arn) => checkTopic(stage, arn))))]
}

async function readAlarms({ name, settingsFor }: Stage): Promise<MetricAlarm[]> {
  const client = new CloudWatchClient(settingsFor('CLOUDWATCH'))
  const alarms: MetricAlarm[] = []
  try {
    const pages = paginateDescribeAlarms({ client }, { AlarmNamePrefix: `${PROJECT}-${name}-` })
    for await (const { MetricAlarms = [] } of pages) alarms.push(...MetricAlarms)
    return alarms
  } finally {
    client.destroy()
  }
}

export function judgeAlarms(
  alarms: readonly Pick<MetricAlarm, 'AlarmName' | 'AlarmActions' | 'ActionsEnabled' | 'StateValue'>[],
): Finding[] {
  if (alarms.length === 0) return [problem('alarms', 'there are none', 'deploy the hub and the subscribers again')]
  const silent = alarms.filter(
    ({ AlarmActions = [], ActionsEnabled }) => AlarmActions.length === 0 || ActionsEnabled === false,
  )
  const loud = alarms.filter(({ StateValue }) => StateValue === 'ALARM')
  return [
    silent.length === 0
      ? ok('alarms', `${alarms.length}, each with an action`)
      : problem(
          'alarms',
          `${silent.length} tell nobody: ${silent.map(({ AlarmName }) => AlarmName).join(', ')}`,
          'deploy again; somebody has changed them by hand',
        ),
    ...loud.map(({ AlarmName = '' }) =>
      warning('alarms', `${AlarmName} is in alarm`, 'docs/operations.md says what to do'),
    ),
  ]
}

async function checkTopic({ settingsFor }: Stage, TopicArn: string): Promise<Finding> {
  const sns = new SNSClient(settingsFor('SNS'))
  try {
    const { Subscriptions = [] } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }))
    const confirmed = Subscriptions.filter(({ SubscriptionArn = '' }) => SubscriptionArn.startsWith('arn:'))
    if (confirmed.length > 0) return ok('alarms topic', `${confirmed.length} hear it`)
    return problem(
      'alarms topic',
      `nobody hears ${TopicArn}`,
      'subscribe an address, and confirm the mail that it gets',
    )
  } finally {
    sns.destroy()
  }
}
