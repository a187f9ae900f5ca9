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
    const [visibility, timeout] = [`${visibilitySeconds} seconds`, `${timeoutSeconds} seconds`]
    throw new Error(`queue visibility timeout: ${visibility} is less than function timeout: ${timeout}`)
  }
  const between = (name: string, value: number, least: number, most: number) => {
    if (value < least || value > most) throw new Error(`${name} ${value} is not between ${least} and ${most}`)
  }
  between('MaximumConcurrency', maximumConcurrency, 2, 1000)
  between('BatchSize', batchSize, 1, windowSeconds > 0 ? 10_000 : 10)
  between('MaximumBatchingWindowInSeconds', windowSeconds, 0, 300)
}
