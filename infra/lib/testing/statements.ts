import { idOf, resourcesIn, type TemplateJson } from './template.ts'

export interface Statement {
  readonly Sid?: string
  readonly Effect: string
  readonly Action: string | readonly string[]
  readonly Resource: unknown
  readonly Principal?: unknown
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

/** Every policy statement below a value, wherever it stands. */
export function statementsIn(value: unknown): Statement[] {
  if (Array.isArray(value)) return value.flatMap(statementsIn)
  if (typeof value !== 'object' || value === null) return []
  const own = 'Effect' in value ? [value as Statement] : []
  return [...own, ...Object.values(value).flatMap(statementsIn)]
}

export const allowed = (value: unknown): Statement[] => statementsIn(value).filter(({ Effect }) => Effect === 'Allow')

export function grantsIn(template: TemplateJson) {
  return resourcesIn(template).flatMap(({ id, type, properties }) =>
    allowed(properties)
      // Who may assume a role is no resource of it.
      .filter(({ Action }) => Action !== 'sts:AssumeRole')
      .map((statement) => ({ id, type, statement })),
  )
}

export function isBoundToSourceAndAccount(statement: Statement | undefined): boolean {
  const { Condition = {} } = statement ?? {}
  const source = Condition.ArnEquals?.['aws:SourceArn'] ?? Condition.ArnLike?.['aws:SourceArn']
  return source !== undefined && idOf(Condition.StringEquals?.['aws:SourceAccount']) === 'AWS::AccountId'
}

export function isBoundToTopic({ Action, Principal, Condition }: Statement): boolean {
  return (
    Action === 'sqs:SendMessage' &&
    JSON.stringify(Principal) === '{"Service":"sns.amazonaws.com"}' &&
    idOf(Condition?.ArnEquals?.['aws:SourceArn']) === 'HubTopicArn'
  )
}

export function refusesPlainHttp({ Effect, Principal, Condition }: Statement): boolean {
  const isForAll = Principal === '*' || JSON.stringify(Principal) === '{"AWS":"*"}'
  return Effect === 'Deny' && isForAll && Condition?.Bool?.['aws:SecureTransport'] === 'false'
}

/** IAM policies of the account decide about its keys only if the key's policy hands that over to the account. */
export function isOwnKeyForTheAccount({ Action, Principal }: Statement): boolean {
  return Action === 'kms:*' && JSON.stringify(Principal).includes(':root')
}
