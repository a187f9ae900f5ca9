import type { EditableTemplate } from '../drill/cloud/assemblies.ts'

interface Statement {
  Sid?: string
  Effect: string
  Action: string | string[]
  Principal?: { Service?: string; AWS?: unknown }
  Resource: unknown
}

/** One statement of a stack's policies. */
export interface Place {
  stack: string
  /** `Role sqs:ReceiveMessage, sqs:DeleteMessage`: the resource that has it, and what it is about. */
  name: string
  statement: Statement
  /** The template without it. */
  without: EditableTemplate
}

/** Every statement of every role and resource policy of a stack. */
export function findStatements(stack: string, template: EditableTemplate): Place[] {
  return Object.keys(template.Resources).flatMap((id) =>
    documentsOf(template, id).flatMap((document, index) =>
      document.Statement.map((statement, at) => {
        const without = structuredClone(template)
        documentsOf(without, id)[index]?.Statement.splice(at, 1)
        const by = statement.Principal?.Service ? ` by ${statement.Principal.Service}` : ''
        const name = `${id} ${[statement.Action].flat().join(', ')}${by}${resourceName(statement)}`
        return { stack, name, statement, without }
      }),
    ),
  )
}

function documentsOf({ Resources }: EditableTemplate, id: string): { Statement: Statement[] }[] {
  const { PolicyDocument, KeyPolicy, Policies = [] } = Resources[id]?.Properties ?? {}
  const inline = Policies.map((policy: { PolicyDocument: object }) => policy.PolicyDocument)
  return [PolicyDocument, KeyPolicy, ...inline].filter((document) => document !== undefined)
}

/** The logical id of what it is on, where that tells it from others. */
function resourceName({ Principal, Resource }: Statement): string {
  const [, id] = /"(?:Ref|Fn::GetAtt)":\[?"(?!AWS::)(\w+)"/.exec(JSON.stringify(Resource)) ?? []
  return Principal || id === undefined ? '' : ` on ${id}`
}

/** Why a laptop cannot exercise a statement; undefined for those that it can. The list is in docs/security.md. */
export function reasonNotExercised({ statement, name }: Pick<Place, 'statement' | 'name'>): string | undefined {
  const { Effect, Principal, Action } = statement
  if (Effect === 'Deny') return 'requests without TLS: the loopback interface counts as TLS'
  if (Principal?.Service === 'cloudwatch.amazonaws.com') return 'alarms: there is no CloudWatch'
  const isDeadLetters = name.startsWith('DeadLetters') && Principal?.Service === 'sns.amazonaws.com'
  if (isDeadLetters && Action === 'sqs:SendMessage') return 'SNS sends dead letters only when it cannot reach a queue'
  if (name.startsWith('DailyRole ')) return 'the daily check of uploads: its schedule fires once a day'
  return undefined
}
