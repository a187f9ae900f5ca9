import { RemovalPolicy } from 'aws-cdk-lib'
import { RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { EventFamily } from './event-families.ts'
import type { Uploader } from './uploaders.ts'

/**
 * What one installation is like. The project's own name, for a fork to change, is in packages/schemas/src/project.ts.
 */
export interface Stage {
  /** Part of every stack name, of the uploads bucket's name and of the SSM paths. */
  readonly name: string
  /** Pins: whatever is done with credentials for another account, or in another region, is refused. */
  readonly account?: string
  readonly region?: string
  /** What the uploads bucket tells: all subscribers together can hear no more than this. */
  readonly published: { readonly events: readonly EventFamily[]; readonly prefix?: string }
  /** Who may upload, beside those whom their own IAM policies in this account let do it. */
  readonly uploaders: readonly Uploader[]
  /** Whether each settled delivery is recorded (about $1.90 per million uploads). */
  readonly deliveryRecords: boolean
  /**
   * Whether somebody looks every day for uploads of which no subscriber heard, by the delivery records. Needs one that hears
   * everything, as the audit logger does.
   */
  readonly unheardObjects: boolean
  /** Encrypt with a customer managed KMS key ($1 a month and its requests) instead of keys that the services own. */
  readonly customerKey: boolean
  readonly logRetention: RetentionDays
  /** Who is told when an alarm fires or ends: an address, which must confirm, or a topic that is there already. */
  readonly alarms?: { readonly email: string } | { readonly topicArn: string }
  /** No function runs more often than this at the same time, whatever its app asks for. */
  readonly maxConcurrency: number
  /** What happens to buckets and tables when their stack, or they themselves, are removed. */
  readonly removalPolicy: RemovalPolicy.DESTROY | RemovalPolicy.RETAIN
  /** Which repository on GitHub may deploy the stage, by `infra/lib/ci-access.ts`; an account has one provider for all. */
  readonly ci?: { readonly repository: `${string}/${string}`; readonly providerExists?: boolean }
  /** What a destroyed installation of this stage left, for the next one to take over (docs/deploy.md). The key keeps its policy. */
  readonly takeOver?: { readonly uploadsBucket: string; readonly keyArn?: string }
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
  uploaders: [],
  deliveryRecords: true,
  unheardObjects: true,
  customerKey: false,
  logRetention: RetentionDays.TWO_WEEKS,
  maxConcurrency: 10,
  removalPolicy: RemovalPolicy.DESTROY,
}

const prod: Settings = {
  ...dev,
  // Before the first deploy: account, region and alarms.
  customerKey: true,
  logRetention: RetentionDays.SIX_MONTHS,
  maxConcurrency: 1000,
  removalPolicy: RemovalPolicy.RETAIN,
}

const STAGES = new Map(Object.entries({ dev, prod }))

/** The stage of that name. A name that is not listed is one more development stage, e.g. a developer's own. */
export function stageOf(name: string): Stage {
  // The uploads bucket is `<project>-<stage>-uploads-<account>-<region>-an`, 63 characters at most.
  if (!/^[a-z][a-z0-9]{0,15}$/.test(name)) {
    throw new Error(`stage ${JSON.stringify(name)} is not a name of 1 to 16 lower-case letters and digits`)
  }
  return { name, ...(STAGES.get(name) ?? dev) }
}

/** The stage that the environment variable STAGE asks for, `dev` without it. */
export function currentStage(): Stage {
  const stage = stageOf(process.env.STAGE ?? 'dev')
  // As likely a slip of the pen as a developer's own.
  if (!STAGES.has(stage.name)) {
    console.warn(`stage ${stage.name} is not in infra/lib/stages.ts: a development stage, with the settings of dev`)
  }
  return stage
}

/** Whether buckets and tables outlive their stacks. */
export const keepsData = ({ removalPolicy }: Stage): boolean => removalPolicy === RemovalPolicy.RETAIN
