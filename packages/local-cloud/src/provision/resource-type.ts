import type { Site } from '../api.ts'
import type { DynamoDb } from '../dynamodb/dynamodb.ts'
import type { Functions } from '../lambda/functions.ts'
import type { Mappings } from '../lambda/mappings.ts'
import type { Policies } from '../policies.ts'
import type { Sns, Subscription } from '../sns/sns.ts'
import type { Sqs } from '../sqs/sqs.ts'
import type { Ssm } from '../ssm.ts'

/** How one CloudFormation type is modelled. */
export interface ResourceType<Properties = never> {
  /** Names of the properties that the local cloud acts on, with spaces between. */
  acts: string
  /** Names of those that change nothing here; `*` for a type that is only there to be referred to. */
  keeps: string
  /** Its name in AWS: what `properties` ask for, or a generated one of at most `longest` characters; absent: that. */
  name?: (properties: Properties, generate: (longest: number) => string, site: Site) => string
  /** What Ref gives; absent: the name. */
  ref?: (name: string, site: Site) => string
  /** What Fn::GetAtt gives. */
  attributes?: (name: string, site: Site) => Record<string, string>
  /** Makes it, or gives an existing one these properties. */
  make?: (properties: Properties, name: string, stack: StackScope) => void | Promise<void>
  /** Called when the stack no longer has it. */
  remove?: (name: string, stack: StackScope) => void | Promise<void>
}

export interface BucketSpec {
  versioned: boolean
  notifications: { event: string; topicArn: string; prefix?: string; suffix?: string }[]
}

/** The parts of the cloud that resources are made in. */
export interface Provisioners {
  site: Site
  s3: { createBucket: (name: string, bucket: BucketSpec) => Promise<void> }
  sqs: Sqs
  sns: Sns
  ssm: Ssm
  dynamodb: DynamoDb
  functions: Functions
  mappings: Mappings
  policies: Policies
}

export interface StackScope extends Provisioners {
  stackName: string
  /** The folder of each asset, by the key under which the template names it. */
  assets: Map<string, string>
  /** Taken over in one step when the rest of the stack is made, so that no message finds half of them. */
  subscriptions: Subscription[]
}
