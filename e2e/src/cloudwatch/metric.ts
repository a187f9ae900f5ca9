import { idOf, type TemplateJson } from '@fanout/infra/testing'
import * as z from 'zod'

/** What tells one CloudWatch metric from another. */
export interface Metric {
  readonly namespace: string
  readonly name: string
  readonly dimensions: Readonly<Record<string, string>>
}

/** A metric with the values of one period. */
export interface Series extends Metric {
  readonly values: readonly number[]
}

/** Equal for equal metrics, whatever the order of their dimensions. */
export function identityOf({ namespace, name, dimensions }: Metric): string {
  const pairs = Object.entries(dimensions).map(([key, value]) => `${key}=${value}`)
  return [namespace, name, ...pairs.toSorted((a, b) => (a < b ? -1 : 1))].join(' ')
}

const Emf = z.looseObject({
  _aws: z.object({
    CloudWatchMetrics: z.array(
      z.object({
        Namespace: z.string(),
        Dimensions: z.array(z.array(z.string())),
        Metrics: z.array(z.object({ Name: z.string(), Unit: z.string() })),
      }),
    ),
  }),
})

/** What CloudWatch makes of one line in the embedded metric format. */
export function readEmf(line: string): Series[] {
  const { _aws, ...values } = Emf.parse(JSON.parse(line))
  return _aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((names) =>
      Metrics.map(({ Name }) => ({
        namespace: Namespace,
        name: Name,
        dimensions: Object.fromEntries(names.map((name) => [name, String(values[name])])),
        values: z.array(z.number()).parse([values[Name]].flat()),
      })),
    ),
  )
}

export const Dimensions = z.array(z.object({ Name: z.string(), Value: z.unknown() })).default([])

/** What CloudFormation would make of the dimensions of an alarm: `Queue.QueueName` stands for the name of that queue. */
export function resolveDimensions(dimensions: z.infer<typeof Dimensions>, template: TemplateJson) {
  return Object.fromEntries(
    dimensions.map(({ Name, Value }) => {
      if (typeof Value === 'string') return [Name, Value]
      const id = idOf(Value) ?? ''
      return [Name, `${template.Resources[id]?.Type ?? 'nothing'} ${id}`]
    }),
  )
}
