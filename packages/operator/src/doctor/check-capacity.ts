import { GetAccountSettingsCommand, LambdaClient, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda'
import type { Stage } from '../stage/stage.ts'
import { ok, unknown, warning, type Finding } from './finding.ts'

/** All subscribers at once must not ask for more functions than the account may run: SQS counts a throttle as a receive. */
export async function checkCapacity(stage: Stage): Promise<Finding[]> {
  if (stage.isLocal) return [unknown('concurrency', 'the local cloud has no quota')]
  const lambda = new LambdaClient(stage.settingsFor('LAMBDA'))
  try {
    const { AccountLimit } = await lambda.send(new GetAccountSettingsCommand({}))
    const wanted = await Promise.all(
      stage.subscribers.map(async ({ functionName: FunctionName }) => {
        const { EventSourceMappings = [] } = await lambda.send(new ListEventSourceMappingsCommand({ FunctionName }))
        return EventSourceMappings.reduce(
          (sum, { ScalingConfig }) => sum + (ScalingConfig?.MaximumConcurrency ?? 1000),
          0,
        )
      }),
    )
    return [
      judgeCapacity(
        wanted.reduce((sum, one) => sum + one, 0),
        AccountLimit?.UnreservedConcurrentExecutions ?? 0,
      ),
    ]
  } finally {
    lambda.destroy()
  }
}

export function judgeCapacity(wanted: number, quota: number): Finding {
  const text = `the subscribers may run ${wanted} functions at once, and the account ${quota}`
  if (wanted <= quota) return ok('concurrency', text)
  return warning('concurrency', text, 'lower maxConcurrency in infra.ts, or ask AWS for a higher quota')
}
