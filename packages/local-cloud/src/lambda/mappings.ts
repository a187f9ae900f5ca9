import { availableParallelism } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { ApiError, arnOf, type Operations, type Principal, type Site } from '../api.ts'
import type { Permissions } from '../permissions/permissions.ts'
import type { ReceivedMessage } from '../sqs/message.ts'
import type { Queue } from '../sqs/queue.ts'
import type { Sqs } from '../sqs/sqs.ts'
import type { Functions } from './functions.ts'
import { readBatchItemFailures, splitBySize, toSqsEvent } from './sqs-batch.ts'

export type Mappings = ReturnType<typeof createMappings>

const defaults = {
  FunctionName: '',
  EventSourceArn: '',
  BatchSize: 10,
  MaximumBatchingWindowInSeconds: 0,
  ScalingConfig: { MaximumConcurrency: 1000 },
  FunctionResponseTypes: [] as string[],
  Enabled: true,
}
/** A mapping as its template describes it, in the API's words. */
export type MappingConfig = typeof defaults & { UUID: string }
type Given = Partial<MappingConfig> & { UUID: string }

type Started = { config: MappingConfig; template: Given; principal: Principal; stop: () => void }

// In real time: a long poll in process costs one timer
const pollSeconds = 20
// Every function has as many at the same time: more of them would only compete for cores and memory
const concurrencyOfHost = Math.max(2, Math.floor(availableParallelism() / 2))

/** Event source mappings, which receive and delete as the role of their function. */
export function createMappings(site: Site, sqs: Sqs, functions: Functions, { allows }: Pick<Permissions, 'allows'>) {
  const started = new Map<string, Started>()

  /**
   * Starts or changes a mapping. What the API has changed stays until its template is another one, as in CloudFormation.
   * @throws Error for what Lambda refuses
   */
  function put(template: Given): void {
    const old = started.get(template.UUID)
    const isSame = JSON.stringify(old?.template) === JSON.stringify(template)
    start(old && isSame ? old.config : { ...defaults, ...template }, template)
  }

  function start(config: MappingConfig, template: Given): void {
    const { UUID, EventSourceArn: queueArn, Enabled: isEnabled } = config
    const queue = sqs.queue(queueArn)
    const { config: functionConfig, warm, principal } = functions.find(config.FunctionName)
    check(config, queue.valueOf('VisibilityTimeout'), functionConfig.Timeout)
    const may = (action: string) => allows(principal, `sqs:${action}`, queueArn)
    if (isEnabled) {
      may('GetQueueAttributes')
      warm()
    }
    const old = started.get(UUID)
    if (JSON.stringify([old?.config, old?.principal]) === JSON.stringify([config, principal])) return
    old?.stop()
    const invoke = (event: string) => functions.find(config.FunctionName).invoke(event)
    const stop = isEnabled ? startMapping(config, queue, invoke, may, site) : () => {}
    started.set(UUID, { config, template, principal, stop })
  }

  function find(UUID: string): Started {
    const found = started.get(UUID)
    if (found) return found
    throw new ApiError(404, 'ResourceNotFoundException', 'The resource you requested does not exist.')
  }

  function remove(UUID: string): void {
    find(UUID).stop()
    started.delete(UUID)
  }

  const describe = ({ config: { Enabled: isEnabled, FunctionName: name, ...config } }: Started) => ({
    ...config,
    FunctionArn: arnOf(site, 'lambda', `function:${name.split(':').at(-1)}`),
    State: isEnabled ? 'Enabled' : 'Disabled',
  })
  const operations = {
    GetEventSourceMapping: ({ UUID }: { UUID: string }) => describe(find(UUID)),
    ListEventSourceMappings: ({ FunctionName: name = '', EventSourceArn: arn }: Partial<MappingConfig>) => {
      const all = [...started.values()].map(describe)
      const isAsked = ({ FunctionArn, EventSourceArn }: (typeof all)[number]) =>
        (!name || FunctionArn.endsWith(`:${name.split(':').at(-1)}`)) && (!arn || EventSourceArn === arn)
      return { EventSourceMappings: all.filter(isAsked) }
    },
    UpdateEventSourceMapping: ({ UUID, ...changes }: Given) => {
      const { config, template } = find(UUID)
      start({ ...config, ...changes }, template)
      return describe(find(UUID))
    },
  } satisfies Operations
  return { operations, put, remove, close: () => [...started.keys()].forEach(remove) }
}

/**
 * Feeds a queue's messages to a function as Lambda does: those that were worked on are deleted, and failed ones are left
 * alone, so they come back when their own visibility ends. Returns how to stop it; invocations that run then still end.
 */
export function startMapping(
  { BatchSize: batchSize, MaximumBatchingWindowInSeconds: windowSeconds, ...config }: MappingConfig,
  queue: Queue,
  invoke: (event: string) => Promise<string>,
  may: (action: 'ReceiveMessage' | 'DeleteMessage') => boolean,
  site: Site,
): () => void {
  const stopping = new AbortController()
  const { signal } = stopping
  let collected = Promise.resolve<ReceivedMessage[]>([])

  /** Receives only when it is free: what is not received does not use up receives. */
  async function poll() {
    while (!signal.aborted) {
      // One at a time, so that a batching window is nobody else's
      collected = collected.then(collect)
      for (const batch of splitBySize(await collected)) await work(batch)
    }
  }

  /** A full batch, or what has come when the window ends that the first message has opened. */
  async function collect(): Promise<ReceivedMessage[]> {
    if (signal.aborted) return []
    if (!may('ReceiveMessage')) {
      await delay(1000, undefined, { signal, ref: false }).catch(() => {})
      return []
    }
    const messages = await queue.receive({ max: batchSize, waitSeconds: pollSeconds * site.timeScale, signal })
    const end = performance.now() + (windowSeconds * 1000) / site.timeScale
    const leftSeconds = () => ((end - performance.now()) * site.timeScale) / 1000
    while (messages.length > 0 && messages.length < batchSize && leftSeconds() > 0 && !signal.aborted) {
      const max = batchSize - messages.length
      messages.push(...(await queue.receive({ max, waitSeconds: leftSeconds(), signal })))
    }
    return messages
  }

  async function work(batch: ReceivedMessage[]) {
    try {
      const response = await invoke(toSqsEvent(batch, queue.arn))
      const isReporting = config.FunctionResponseTypes.includes('ReportBatchItemFailures')
      const failed = isReporting ? readBatchItemFailures(response, batch) : new Set()
      const done = batch.filter(({ MessageId: id }) => !failed.has(id))
      if (done.length > 0 && may('DeleteMessage')) for (const message of done) queue.remove(message.ReceiptHandle)
    } catch (error) {
      const count = batch.length === 1 ? '1 message' : `${batch.length} messages`
      if (!signal.aborted) site.warn(`${config.FunctionName}: ${(error as Error).message}; ${count} will come again`)
    }
  }

  for (let i = Math.min(config.ScalingConfig.MaximumConcurrency, concurrencyOfHost); i > 0; i--) void poll()
  return () => stopping.abort()
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html */
function check(config: MappingConfig, visibilitySeconds: number, timeoutSeconds: number): void {
  const { BatchSize, MaximumBatchingWindowInSeconds, ScalingConfig } = config
  const invalid = (message: string) => new ApiError(400, 'InvalidParameterValueException', message)
  if (visibilitySeconds < timeoutSeconds) {
    const visibility = `queue visibility timeout: ${visibilitySeconds} seconds`
    throw invalid(`${visibility} is less than function timeout: ${timeoutSeconds} seconds`)
  }
  const ranges = {
    MaximumConcurrency: [ScalingConfig.MaximumConcurrency, 2, 1000],
    BatchSize: [BatchSize, 1, MaximumBatchingWindowInSeconds > 0 ? 10_000 : 10],
    MaximumBatchingWindowInSeconds: [MaximumBatchingWindowInSeconds, 0, 300],
  }
  for (const [name, [value = 0, least = 0, most = 0]] of Object.entries(ranges)) {
    if (value < least || value > most) throw invalid(`${name} ${value} is not between ${least} and ${most}`)
  }
}
