import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { UsageError } from '../exit-codes.ts'
import type { ClientSettings, Target } from './stage.ts'
import { readStagePins, refuseOtherTarget, type StagePins } from './stage-pins.ts'

/**
 * Where the credentials of this shell lead to, which must be where the stage is.
 * @throws {UsageError} without credentials or a region, and where a pin says otherwise
 */
export async function findAwsTarget(
  root: string,
  stage: string,
  { profile, region }: { profile?: string; region?: string },
): Promise<Target> {
  const pins = await readStagePins(root, stage)
  const chosen: ClientSettings = {
    ...(profile === undefined ? {} : { profile }),
    ...(region === undefined ? {} : { region }),
  }
  const target = await identify(chosen, pins)
  refuseOtherTarget(stage, pins, target)
  const settings = { ...chosen, region: target.region }
  return { isLocal: false, ...target, settingsFor: () => settings }
}

async function identify(chosen: ClientSettings, pins: StagePins): Promise<{ account: string; region: string }> {
  const region = await regionOf(chosen, pins)
  const sts = new STSClient({ ...chosen, region })
  try {
    const { Account = '' } = await sts.send(new GetCallerIdentityCommand({}))
    return { account: Account, region }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message || cause.name : String(cause)
    throw new UsageError(`cannot tell which AWS account this is: ${reason}; log in, or pass --profile`, { cause })
  } finally {
    sts.destroy()
  }
}

async function regionOf(chosen: ClientSettings, pins: StagePins): Promise<string> {
  try {
    return await new STSClient(chosen).config.region()
  } catch (cause) {
    if (pins.region !== undefined) return pins.region
    throw new UsageError('no AWS region is set: pass --region, or set AWS_REGION', { cause })
  }
}
