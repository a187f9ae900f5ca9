import type { Account, Answer, ChangeSet, Request, Template } from './account.ts'
import { physicalName } from './account.ts'
import { parse } from 'yaml'
import { queryAnswer, queryError } from './xml.ts'

const TIME = '2026-01-21T23:21:00Z'

/** CloudFormation: change sets that are executed at once, and stacks that are what they said. */
export function callCloudFormation({ action, input }: Request, account: Account): Answer {
  const stackName = nameOf(String(input.StackName))
  const stack = account.stacks.get(stackName)
  const changeSet = findChangeSet(account, stackName, String(input.ChangeSetName))
  const missing = () => queryError('ValidationError', `Stack with id ${stackName} does not exist`)

  switch (action) {
    case 'DescribeStacks': {
      // One that was deleted is still found, by its ARN.
      const isGone = String(input.StackName).startsWith('arn:') && account.deleted.includes(stackName)
      if (!stack && !isGone && !hasOpenChangeSet(account, stackName)) return missing()
      return queryAnswer(action, { Stacks: [describeStack(account, stackName, isGone && !stack)] })
    }
    case 'GetTemplate':
      if (stack) return queryAnswer(action, { TemplateBody: JSON.stringify(stack.template) })
      return hasOpenChangeSet(account, stackName) ? queryAnswer(action, { TemplateBody: '{}' }) : missing()
    case 'GetTemplateSummary':
      return queryAnswer(action, { Parameters: [] })
    case 'CreateChangeSet': {
      const created = readChangeSet(stackName, input, account)
      account.changeSets.push(created)
      return queryAnswer(action, { Id: changeSetArn(account, created), StackId: stackArn(account, stackName) })
    }
    case 'DescribeChangeSet':
      return changeSet
        ? queryAnswer(action, {
            ChangeSetId: changeSetArn(account, changeSet),
            StackId: stackArn(account, changeSet.stack),
            ChangeSetName: changeSet.name,
            StackName: changeSet.stack,
            ...statusOf(changeSet, account),
            CreationTime: TIME,
            Changes: [{ Type: 'Resource' }],
          })
        : queryError('ChangeSetNotFoundException', 'no such change set')
    case 'ExecuteChangeSet':
      if (!changeSet) return queryError('ChangeSetNotFoundException', 'no such change set')
      execute(changeSet, account)
      return queryAnswer(action, {})
    case 'DeleteChangeSet':
      if (changeSet) changeSet.state = 'deleted'
      return queryAnswer(action, {})
    case 'UpdateTerminationProtection':
      if (input.EnableTerminationProtection === 'true') account.protected.add(stackName)
      else account.protected.delete(stackName)
      return queryAnswer(action, { StackId: stackArn(account, stackName) })
    case 'DescribeStackEvents':
      return queryAnswer(action, { StackEvents: [] })
    case 'DescribeEvents':
      return queryAnswer(action, { OperationEvents: [] })
    case 'DescribeStackResources':
      return stack
        ? queryAnswer(action, { StackResources: describeResources(account, stackName, stack.template) })
        : missing()
    case 'DeleteStack':
      account.stacks.delete(stackName)
      account.deleted.push(stackName)
      for (const name of parameterNames(stack?.template)) account.parameters.delete(name)
      return queryAnswer(action, {})
    default:
      return queryError('InvalidAction', `the recorder does not know cloudformation:${action}`)
  }
}

function readChangeSet(stack: string, input: Request['input'], account: Account): ChangeSet {
  return {
    stack,
    name: String(input.ChangeSetName),
    type: String(input.ChangeSetType),
    importsExisting: input.ImportExistingResources === 'true',
    template: readTemplate(input, account),
    state: 'open',
  }
}

/** A template comes with the request, or was put into the bucket for assets before. */
function readTemplate(input: Request['input'], { buckets }: Account): Template {
  // CDK's own, of its bootstrap, is YAML; that has tags for Ref and the like.
  if (typeof input.TemplateBody === 'string') return parse(input.TemplateBody, { logLevel: 'silent' })
  const [, bucket = '', ...key] = new URL(String(input.TemplateURL)).pathname.split('/')
  const host = new URL(String(input.TemplateURL)).hostname
  // https://bucket.s3.region.amazonaws.com/key or https://s3.region.amazonaws.com/bucket/key
  const [name, path] = host.includes('.s3.')
    ? [host.split('.')[0] ?? '', [bucket, ...key].join('/')]
    : [bucket, key.join('/')]
  return JSON.parse(Buffer.from(buckets.get(name)?.get(path) ?? '', 'latin1').toString())
}

function statusOf({ stack, template }: ChangeSet, { stacks }: Account) {
  if (JSON.stringify(stacks.get(stack)?.template) !== JSON.stringify(template)) {
    return { Status: 'CREATE_COMPLETE', ExecutionStatus: 'AVAILABLE' }
  }
  const StatusReason = "The submitted information didn't contain changes."
  return { Status: 'FAILED', ExecutionStatus: 'UNAVAILABLE', StatusReason }
}

function execute(changeSet: ChangeSet, account: Account): void {
  changeSet.state = 'executed'
  const { stack: name, template } = changeSet
  account.stacks.set(name, { name, template })
  for (const parameter of parameterNames(template)) account.parameters.set(parameter, 'set by CloudFormation')
  for (const [id, { Type }] of Object.entries(template.Resources)) {
    if (Type === 'AWS::S3::Bucket') {
      const bucket = physicalName(account, name, id, Type)
      account.buckets.set(bucket, account.buckets.get(bucket) ?? new Map())
    }
  }
}

function parameterNames(template: Template | undefined): string[] {
  return Object.values(template?.Resources ?? {})
    .filter(({ Type }) => Type === 'AWS::SSM::Parameter')
    .map(({ Properties = {} }) => String(Properties.Name))
}

function describeStack(account: Account, name: string, isGone: boolean) {
  const stack = account.stacks.get(name)
  return {
    StackId: stackArn(account, name),
    StackName: name,
    StackStatus: isGone ? 'DELETE_COMPLETE' : stack ? 'CREATE_COMPLETE' : 'REVIEW_IN_PROGRESS',
    CreationTime: TIME,
    EnableTerminationProtection: account.protected.has(name),
    Outputs: [],
    Parameters: [],
    Tags: [],
  }
}

function describeResources(account: Account, stack: string, { Resources }: Template) {
  return Object.entries(Resources).map(([id, { Type }]) => ({
    LogicalResourceId: id,
    PhysicalResourceId: physicalName(account, stack, id, Type),
    ResourceType: Type,
    ResourceStatus: 'CREATE_COMPLETE',
    Timestamp: TIME,
  }))
}

function hasOpenChangeSet({ changeSets }: Account, stack: string): boolean {
  return changeSets.some((changeSet) => changeSet.stack === stack && changeSet.state === 'open')
}

/** The CLI asks by name or by ARN. */
const nameOf = (stack: string): string => (stack.startsWith('arn:') ? (stack.split('/')[1] ?? stack) : stack)

const stackArn = ({ id, region }: Account, name: string) => `arn:aws:cloudformation:${region}:${id}:stack/${name}/1`

function changeSetArn(account: Account, changeSet: ChangeSet): string {
  const { id, region, changeSets } = account
  return `arn:aws:cloudformation:${region}:${id}:changeSet/${changeSet.name}/${changeSets.indexOf(changeSet) + 1}`
}

/** One that waits, by its ARN, or by the stack and a name that each of its change sets may have had. */
function findChangeSet(account: Account, stack: string, nameOrArn: string): ChangeSet | undefined {
  return account.changeSets.findLast(
    (changeSet) =>
      changeSet.state === 'open' &&
      (changeSetArn(account, changeSet) === nameOrArn || (changeSet.stack === stack && changeSet.name === nameOrArn)),
  )
}
