import type { Metric } from './metric.ts'

/**
 * Whether a `SEARCH` expression of a dashboard finds a metric: its schema is the metric's namespace and dimensions, `name="value"`
 * is exact, and any other word must be one of the metric's.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
 */
export function findsMetric(expression: string, { namespace, name, dimensions }: Metric): boolean {
  const [, schema = '', terms = ''] = /^SEARCH\('\{(.*?)\} (.*?)', '\w+', \d+\)$/.exec(expression) ?? []
  const [wantedNamespace, ...wantedDimensions] = schema.split(',')
  if (wantedNamespace !== namespace) return false
  if (wantedDimensions.toSorted().join() !== Object.keys(dimensions).toSorted().join()) return false
  const values = { MetricName: name, ...dimensions }
  const words = new Set(Object.values(values).flatMap(wordsOf))
  return [...terms.matchAll(/(NOT )?(?:(\w+)="(.*?)"|(\w+))/g)].every(([, not, property, exact, word = '']) => {
    const isThere =
      property === undefined
        ? words.has(word)
        : Object.entries(values).some(([key, value]) => key === property && value === exact)
    return isThere !== (not !== undefined)
  })
}

/** `Fanout-dev-Queue-1A` has the words Fanout, dev, Queue and 1A. */
const wordsOf = (value: string): string[] => value.split(/[^A-Za-z0-9]+/)
