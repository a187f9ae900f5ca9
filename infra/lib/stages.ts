import { RemovalPolicy } from 'aws-cdk-lib'
import { RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { EventFamily } from './event-families.ts'

/** What one installation of Fanout is like. */
export interface Stage {
  /** Part of every stack name, of the uploads bucket's name and of the SSM paths. */
  readonly name: string
  /** Pins: a deploy with credentials for another account, or to another region, is refused. */
  readonly account?: string
  readonly region?: string
  /** What the uploads bucket tells: all subscribers together can hear no more than this. */
  readonly published: { readonly events: readonly EventFamily[]; readonly prefix?: string }
  /** Whether each settled delivery is recorded (about $1.90 per million uploads). */
  readonly deliveryRecords: boolean
  /** Encrypt with a customer managed KMS key ($1 a month and its requests) instead of keys that the services own. */
  readonly customerKey: boolean
  readonly logRetention: RetentionDays
  /** What happens to buckets and tables when their stack, or they themselves, are removed. */
  readonly removalPolicy: RemovalPolicy.DESTROY | RemovalPolicy.RETAIN
}

type Settings = Omit<Stage, 'name'>

const dev: Settings = {
  published: {
    events: [
      'created',
      'removed',
      'expired',
      'restored',
      'tagged',
      'acl-changed',
      'transitioned',
      'tiered',
      'replication',
    ],
  },
  deliveryRecords: true,
  customerKey: false,
  logRetention: RetentionDays.TWO_WEEKS,
  removalPolicy: RemovalPolicy.DESTROY,
}

const prod: Settings = {
  ...dev,
  customerKey: true,
  logRetention: RetentionDays.SIX_MONTHS,
  removalPolicy: RemovalPolicy.RETAIN,
}

const STAGES: Readonly<Record<string, Settings>> = { dev, prod }

/** The stage of that name. A name that is not listed is one more development stage, e.g. a developer's own. */
export function stageOf(name: string): Stage {
  // The name of the uploads bucket, `fanout-<stage>-uploads-<account>-<region>-an`, has room for 16 characters.
  if (!/^[a-z][a-z0-9]{0,15}$/.test(name)) {
    throw new Error(`stage ${JSON.stringify(name)} is not a name of 1 to 16 lower-case letters and digits`)
  }
  return { name, ...(STAGES[name] ?? dev) }
}

/** The stage that the environment variable STAGE asks for, `dev` without it. */
export function currentStage(): Stage {
  return stageOf(process.env.STAGE ?? 'dev')
}
