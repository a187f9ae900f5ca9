import type { Site } from '../api.ts'
import type { Sqs } from '../sqs/sqs.ts'
import { type MappingConfig, startMapping } from './event-source-mapping.ts'
import type { Functions } from './functions.ts'

export interface Mappings {
  /**
   * Starts or changes a mapping.
   * @throws Error for what Lambda refuses
   */
  put: (name: string, config: MappingConfig) => void
  remove: (name: string) => void
  close: () => void
}

export function createMappings(site: Site, sqs: Sqs, functions: Functions): Mappings {
  const started = new Map<string, { config: string; stop: () => void }>()

  function put(name: string, config: MappingConfig) {
    const queue = sqs.queue(config.queueArn)
    check(config, Number(queue.attributes['VisibilityTimeout']), functions.configOf(config.functionName).timeoutSeconds)
    const { functionName } = config
    functions.warm(functionName)
    const text = JSON.stringify(config)
    if (started.get(name)?.config === text) return
    remove(name)
    const stop = startMapping(config, queue, (event) => functions.invoke(functionName, event), site)
    started.set(name, { config: text, stop })
  }

  function remove(name: string) {
    started.get(name)?.stop()
    started.delete(name)
  }

  return { put, remove, close: () => [...started.keys()].forEach(remove) }
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html */
function check(config: MappingConfig, visibilitySeconds: number, timeoutSeconds: number): void {
  const { batchSize, windowSeconds, maximumConcurrency } = config
  if (visibilitySeconds < timeoutSeconds) {
    throw new Error(
      `queue visibility timeout: ${visibilitySeconds} seconds is less than function timeout: ${timeoutSeconds} seconds`,
    )
  }
  if (maximumConcurrency < 2 || maximumConcurrency > 1000) {
    throw new Error(`MaximumConcurrency ${maximumConcurrency} is not between 2 and 1000`)
  }
  if (batchSize < 1 || batchSize > 10_000 || (batchSize > 10 && windowSeconds < 1)) {
    throw new Error(`BatchSize ${batchSize} is not between 1 and 10, or 10000 with a batching window`)
  }
  if (windowSeconds < 0 || windowSeconds > 300) {
    throw new Error(`MaximumBatchingWindowInSeconds ${windowSeconds} is not between 0 and 300`)
  }
}
