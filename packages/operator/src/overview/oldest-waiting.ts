import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch'
import type { SubscriberRegistration } from '@fanout/schemas'
import type { Target } from '../stage/stage.ts'

/**
 * The age in seconds of the oldest message that waits for each subscriber, by its name. SQS itself does not tell it, and
 * CloudWatch leaves out what was received three times: those are in retry.
 */
export async function readOldestWaiting(
  { settingsFor }: Pick<Target, 'settingsFor'>,
  subscribers: readonly SubscriberRegistration[],
  now = new Date(),
): Promise<Map<string, number>> {
  const client = new CloudWatchClient(settingsFor('CLOUDWATCH'))
  try {
    const { MetricDataResults = [] } = await client.send(
      new GetMetricDataCommand({
        StartTime: new Date(now.getTime() - WINDOW_MS),
        EndTime: now,
        MetricDataQueries: subscribers.map(({ queueUrl }, index) => ({
          Id: `m${index}`,
          MetricStat: {
            Metric: {
              Namespace: 'AWS/SQS',
              MetricName: 'ApproximateAgeOfOldestMessage',
              Dimensions: [{ Name: 'QueueName', Value: queueUrl.slice(queueUrl.lastIndexOf('/') + 1) }],
            },
            Period: 60,
            Stat: 'Maximum',
          },
        })),
      }),
    )
    const values = MetricDataResults.map(({ Id = '', Values: [newest] = [] }) => [Number(Id.slice(1)), newest] as const)
    return new Map(
      values.flatMap(([index, value]) => {
        const name = subscribers[index]?.name
        return name === undefined || value === undefined ? [] : [[name, value] as const]
      }),
    )
  } finally {
    client.destroy()
  }
}

// A metric of SQS is a minute old or two
const WINDOW_MS = 10 * 60_000
