import { type ApiCall, arnOf, type Site } from '../api.ts'

/** Members of inputs that name resources. */
type Input = Partial<
  Record<'QueueUrl' | 'QueueName' | 'TopicArn' | 'TargetArn' | 'Name' | 'Path' | 'TableName' | 'IndexName', string> &
    Record<'FunctionName' | 'UUID', string> & { Names: string[]; RequestItems: object }
>

const resources: Record<string, (input: Input, site: Site) => (string | undefined)[]> = {
  sqs: ({ QueueUrl: url, QueueName: name = url?.split('/').at(-1) }, site) => [name && arnOf(site, 'sqs', name)],
  sns: ({ TopicArn: topic, TargetArn: target }) => [topic ?? target],
  ssm: ({ Name: name, Path: path = name, Names: names = [path ?? ''] }, site) =>
    names.map((one) => arnOf(site, 'ssm', `parameter/${one.replace(/^\//, '')}`)),
  dynamodb: ({ TableName: table, IndexName: index, RequestItems: items }, site) => {
    const toArn = (name: string) => arnOf(site, 'dynamodb', `table/${name}${index ? `/index/${index}` : ''}`)
    return items ? Object.keys(items).map(toArn) : [table && toArn(table)]
  },
  lambda: ({ FunctionName: name, UUID: id }, site) => {
    const resource = id ? `event-source-mapping:${id}` : name && `function:${name.split(':').at(-1)}`
    return [resource && arnOf(site, 'lambda', resource)]
  },
}

/** What IAM asks for a call: an action on an ARN, or on `*`. STS tells everyone who they are. */
export function needsOf({ service }: ApiCall, operation: string, input: Input, site: Site): [string, string][] {
  // Permission for one message is permission for a batch; DynamoDB's batches have actions of their own
  const action = `${service}:${service === 'sqs' ? operation.replace(/Batch$/, '') : operation}`
  return resources[service]?.(input, site).map((arn) => [action, arn || '*']) ?? []
}

/** Whose policy and key count: an object's are its bucket's, an index's its table's. */
export function ownerOf(resource: string): string {
  return resource.replace(/^(arn:aws:s3:::[^/]*)\/.*/s, '$1').replace(/\/index\/.*/, '')
}

const keyActions: Record<string, string> = {
  'sns:Publish': 'GenerateDataKey Decrypt',
  'sqs:SendMessage': 'GenerateDataKey Decrypt',
  'sqs:ReceiveMessage': 'Decrypt',
  's3:PutObject': 'GenerateDataKey',
  's3:GetObject': 'Decrypt',
  's3:GetObjectVersion': 'Decrypt',
  dynamodb: 'Decrypt DescribeKey Encrypt GenerateDataKey ReEncryptFrom ReEncryptTo',
}

/** What a caller needs of the key of an encrypted resource: the service uses it in the caller's name. */
export function keyActionsOf(action: string): string[] {
  const names = keyActions[action] ?? keyActions[action.split(':', 1)[0] ?? '']
  return names?.split(' ').map((name) => `kms:${name}`) ?? []
}
