import { METRIC_NAMESPACE, UNHEARD_METRIC } from '@fanout/schemas'
import type { Unheard } from './count-unheard.ts'

/**
 * Two log lines: the metric, which CloudWatch makes of the first, and the keys for whoever looks.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function reportUnheard({ checked, count, keys }: Unheard, stage: string, now: number): string[] {
  const metrics = {
    Namespace: METRIC_NAMESPACE,
    Dimensions: [['stage']],
    Metrics: [{ Name: UNHEARD_METRIC, Unit: 'Count' }],
  }
  const metric = { _aws: { Timestamp: now, CloudWatchMetrics: [metrics] }, stage, [UNHEARD_METRIC]: count }
  const level = count === 0 ? 'INFO' : 'ERROR'
  const message = count === 0 ? 'somebody heard of every upload' : 'uploads of which nobody heard'
  const line = { level, message, timestamp: new Date(now).toISOString(), stage, checked, count, keys }
  return [JSON.stringify(metric), JSON.stringify(line)]
}
