import { METRIC_NAMESPACE, METRIC_UNITS, type MetricName } from '@fanout/schemas'

/**
 * One line of CloudWatch's embedded metric format, which CloudWatch makes metrics of as it reads the log. Powertools' Metrics
 * would do no more and add 10 KB to every function (docs/decisions/0004-metrics-without-a-library.md).
 * @param values one value, or up to a hundred, of each metric
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function formatMetrics(
  timestamp: number,
  dimensions: Readonly<Record<string, string>>,
  values: ReadonlyMap<MetricName, number | readonly number[]>,
): string {
  const Metrics = [...values.keys()].map((Name) => ({ Name, Unit: METRIC_UNITS[Name] }))
  return JSON.stringify({
    _aws: {
      Timestamp: timestamp,
      CloudWatchMetrics: [{ Namespace: METRIC_NAMESPACE, Dimensions: [Object.keys(dimensions)], Metrics }],
    },
    ...dimensions,
    ...Object.fromEntries(values),
  })
}
