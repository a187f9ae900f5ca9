import { startGateway, type GatewayCall } from '../drill/cloud/gateway.ts'

/** Which AWS operations a command called. */
export interface Recorder {
  /** Points a command's clients here. */
  environment: Record<string, string>
  /** `SQS ReceiveMessage`, each once. */
  operations: () => string[]
  close: () => Promise<void>
}

const SERVICES = ['S3', 'SQS', 'SNS', 'SSM', 'DYNAMODB', 'LAMBDA'] as const

/** A proxy for each service between the `fanout` command and the local cloud. */
export async function startRecorder(port: number): Promise<Recorder> {
  const seen = new Set<string>()
  const gateways = await Promise.all(
    SERVICES.map(async (service) => {
      const gateway = await startGateway('operator', { port }, (call) => {
        seen.add(`${service} ${operationOf(service, call)}`)
        return 'forwarded'
      })
      return { service, gateway }
    }),
  )
  return {
    environment: Object.fromEntries(
      gateways.map(({ service, gateway }) => [`AWS_ENDPOINT_URL_${service}`, gateway.endpoint]),
    ),
    operations: () => [...seen].toSorted(),
    close: async () => {
      await Promise.all(gateways.map(({ gateway }) => gateway.close()))
    },
  }
}

/** Each protocol names its operation elsewhere. */
function operationOf(service: (typeof SERVICES)[number], { operation, target, body }: GatewayCall): string {
  switch (service) {
    case 'SNS':
      return new URLSearchParams(body.toString()).get('Action') ?? 'unknown'
    case 'LAMBDA':
      return LAMBDA.find(([path]) => path.test(target))?.[1] ?? target
    case 'S3':
      return /[?&]notification\b/.test(target) ? 'GetBucketNotificationConfiguration' : operation
    case 'SQS':
    case 'SSM':
    case 'DYNAMODB':
      return operation
  }
}

const LAMBDA: readonly (readonly [path: RegExp, operation: string])[] = [
  [/\/functions\/[^/]+\/configuration/, 'GetFunctionConfiguration'],
  [/\/event-source-mappings\/?(\?|$)/, 'ListEventSourceMappings'],
  [/\/event-source-mappings\/[^/?]+/, 'UpdateEventSourceMapping'],
  [/\/account-settings/, 'GetAccountSettings'],
]
