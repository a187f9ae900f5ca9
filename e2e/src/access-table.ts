import { resourcesIn, statementsIn, type Statement, type TemplateJson } from '@fanout/infra/testing'

/** Who may do what in a stage, a row for each statement of its templates: stack, who, actions, on what, only if. */
export function accessRows(templates: ReadonlyMap<string, TemplateJson>): string[][] {
  return [...templates].flatMap(([stack, template]) => {
    const name = stack.split('-').slice(2).join('-')
    return resourcesIn(template).flatMap(({ id, type, properties }) =>
      statementsIn(properties)
        .filter(({ Effect, Action }) => Effect === 'Allow' && Action !== 'sts:AssumeRole')
        .map((statement) => [
          name,
          type === 'AWS::IAM::Role' ? id.replace(/Role$/, 'Function') : describePrincipal(statement),
          [statement.Action].flat().map(code).join(', '),
          type === 'AWS::KMS::Key' ? code('Key') : [statement.Resource].flat().map(flatten).map(code).join(', '),
          describeConditions(statement),
        ]),
    )
  })
}

function describePrincipal({ Principal }: Statement): string {
  return flatten(Principal)
    .replace('.amazonaws.com', '')
    .replace(/^arn:aws:iam::ACCOUNT:root$/, 'the account')
}

function describeConditions({ Condition = {} }: Statement): string {
  return Object.values(Condition)
    .flatMap((pairs) => Object.entries(pairs))
    .map(([name, value]) => `${name.replace('aws:', '')} ${code(flatten(value))}`)
    .join(', ')
}

const code = (text: string): string => `\`${text}\``

const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'REGION',
  'AWS::AccountId': 'ACCOUNT',
}

/** Refs, attributes and joins as one readable string. */
function flatten(value: unknown): string {
  if (typeof value === 'string') return PSEUDO[value] ?? value
  if (Array.isArray(value)) return value.map(flatten).join('')
  if (typeof value !== 'object' || value === null) return ''
  const [[name, inner] = ['', '']] = Object.entries(value)
  if (name === 'Fn::GetAtt' && Array.isArray(inner)) return String(inner[0])
  return name === 'Fn::Join' && Array.isArray(inner) ? flatten(inner[1]) : flatten(inner)
}
