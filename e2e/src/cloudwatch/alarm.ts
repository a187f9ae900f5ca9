import type { Resource, TemplateJson } from '@fanout/infra/testing'
import * as z from 'zod'
import { Dimensions, identityOf, resolveDimensions, type Metric, type Series } from './metric.ts'

const MetricStat = z.object({
  Metric: z.object({ Namespace: z.string(), MetricName: z.string(), Dimensions }),
  Stat: z.string(),
})
const Properties = z.object({
  Threshold: z.number(),
  ComparisonOperator: z.literal('GreaterThanThreshold'),
  TreatMissingData: z.literal('notBreaching'),
  Namespace: z.string().optional(),
  MetricName: z.string().optional(),
  Dimensions,
  Statistic: z.string().optional(),
  ExtendedStatistic: z.string().optional(),
  Metrics: z
    .array(
      z.object({
        Id: z.string(),
        Expression: z.string().optional(),
        MetricStat: MetricStat.optional(),
        ReturnData: z.boolean(),
      }),
    )
    .default([]),
})

/** An alarm of a template, to be fed with metrics. */
export interface Alarm {
  readonly id: string
  /** What it looks at. */
  readonly metrics: readonly Metric[]
  /** Whether one period with these values breaches it. */
  fires(series: readonly Series[]): boolean
}

interface Term {
  readonly id: string
  readonly metric: Metric
  readonly statistic: string
}

export function readAlarm({ id, properties }: Resource, template: TemplateJson): Alarm {
  const alarm = Properties.parse(properties)
  const toMetric = (metric: {
    Namespace: string
    MetricName: string
    Dimensions: z.infer<typeof Dimensions>
  }): Metric => ({
    namespace: metric.Namespace,
    name: metric.MetricName,
    dimensions: resolveDimensions(metric.Dimensions, template),
  })
  const { Namespace = '', MetricName = '' } = alarm
  const terms: Term[] =
    alarm.Metrics.length === 0
      ? [
          {
            id: 'value',
            metric: toMetric({ Namespace, MetricName, Dimensions: alarm.Dimensions }),
            statistic: alarm.Statistic ?? alarm.ExtendedStatistic ?? '',
          },
        ]
      : alarm.Metrics.flatMap((one) =>
          one.MetricStat
            ? [{ id: one.Id, metric: toMetric(one.MetricStat.Metric), statistic: one.MetricStat.Stat }]
            : [],
        )
  const expressions = new Map(alarm.Metrics.flatMap(({ Id, Expression }) => (Expression ? [[Id, Expression]] : [])))
  const result = alarm.Metrics.find(({ ReturnData }) => ReturnData)?.Id ?? 'value'
  return {
    id,
    metrics: terms.map(({ metric }) => metric),
    fires(series) {
      const values = new Map(terms.map((term) => [term.id, statisticOf(term, series)]))
      const value = evaluate(result, values, expressions)
      return value !== undefined && value > alarm.Threshold
    },
  }
}

function statisticOf({ metric, statistic }: Term, series: readonly Series[]): number | undefined {
  const values = series
    .filter((one) => identityOf(one) === identityOf(metric))
    .flatMap((one) => one.values)
    .toSorted((a, b) => a - b)
  if (values.length === 0) return undefined
  const percentile = /^p(\d+)$/.exec(statistic)?.[1]
  if (percentile !== undefined) return values[Math.ceil((values.length * Number(percentile)) / 100) - 1]
  if (statistic === 'Maximum') return values.at(-1)
  if (statistic === 'Sum') return values.reduce((sum, value) => sum + value, 0)
  throw new Error(`statistic ${statistic} is not known here`)
}

/** Metric math, as far as our alarms use it: arithmetic, comparison, IF and FILL with a constant. */
function evaluate(
  id: string,
  values: ReadonlyMap<string, number | undefined>,
  expressions: ReadonlyMap<string, string>,
): number | undefined {
  const expression = expressions.get(id)
  if (expression === undefined) return values.get(id)
  const names = [...new Set(expression.match(/\b[a-z]\w*\b/g))]
  const inner = names.map((name) => evaluate(name, values, expressions))
  const IF = (condition: boolean, then: number, otherwise: number) => (condition ? then : otherwise)
  const FILL = (value: number | undefined, filler: number) => value ?? filler
  // oxlint-disable-next-line typescript/no-implied-eval -- the expression is our own template's
  const value: unknown = new Function('IF', 'FILL', ...names, `return ${expression}`)(IF, FILL, ...inner)
  return typeof value === 'number' && !Number.isNaN(value) ? value : undefined
}
