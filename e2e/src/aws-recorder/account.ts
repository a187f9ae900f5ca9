/** One request as all services see it. */
export interface Request {
  readonly service: string
  readonly action: string
  readonly method: string
  readonly url: URL
  /** One character for each byte. */
  readonly body: string
  readonly input: Readonly<Record<string, unknown>>
}

export interface Answer {
  readonly status?: number
  readonly type: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
}

export interface Stack {
  readonly name: string
  readonly template: Template
}

export interface Template {
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Properties?: Readonly<Record<string, unknown>> }>
  >
}

export interface ChangeSet {
  readonly stack: string
  readonly name: string
  /** CREATE or UPDATE. */
  readonly type: string
  readonly importsExisting: boolean
  readonly template: Template
  state: 'open' | 'executed' | 'deleted'
}

/** What is in the account. */
export interface Account {
  readonly id: string
  readonly region: string
  readonly endpoint: string
  readonly stacks: Map<string, Stack>
  readonly changeSets: ChangeSet[]
  readonly deleted: string[]
  /** Stacks that termination protection is on for. */
  readonly protected: Set<string>
  /** Every role that was assumed, by its name. */
  readonly assumed: string[]
  readonly parameters: Map<string, string>
  /** Buckets, with the versions of their objects as `key?versionId`, and their bytes. */
  readonly buckets: Map<string, Map<string, string>>
  /** Messages by the name of their queue. */
  readonly messages: Map<string, number>
}

/** An account that is bootstrapped for CDK, and empty. */
export function createAccount(endpoint: string): Account {
  const id = '111111111111'
  const region = 'eu-west-1'
  return {
    id,
    region,
    endpoint,
    stacks: new Map(),
    changeSets: [],
    deleted: [],
    protected: new Set(),
    assumed: [],
    parameters: new Map([['/cdk-bootstrap/hnb659fds/version', '30']]),
    buckets: new Map([[`cdk-hnb659fds-assets-${id}-${region}`, new Map()]]),
    messages: new Map(),
  }
}

/** What CloudFormation would call it. */
export function physicalName(
  { id, region, endpoint }: Account,
  stack: string,
  logicalId: string,
  type: string,
): string {
  const name = `${stack}-${logicalId}`
  switch (type) {
    case 'AWS::SQS::Queue':
      return `${endpoint}/${id}/${name}`
    case 'AWS::S3::Bucket':
      return name.toLowerCase()
    case 'AWS::SNS::Topic':
      return `arn:aws:sns:${region}:${id}:${name}`
    default:
      return name
  }
}
