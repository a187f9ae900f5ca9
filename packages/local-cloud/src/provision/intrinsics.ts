/** What a template's references mean. */
export interface References {
  ref: (name: string) => unknown
  getAtt: (logicalId: string, attribute: string) => unknown
  condition: (name: string) => unknown
}

/**
 * Replaces CloudFormation's functions in a template's value by what they stand for. What becomes `AWS::NoValue` is left
 * out.
 * @throws Error for a function that is not modelled
 */
export function resolveValue(value: unknown, references: References): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => resolveValue(item, references)).filter((item) => item !== undefined)
  }
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  const [[name, argument] = ['', undefined]] = entries
  if (entries.length === 1 && (name === 'Ref' || name.startsWith('Fn::'))) {
    const apply = intrinsics[name]
    if (!apply) throw new Error(`${name} is not modelled`)
    return apply(argument as never, (inner) => resolveValue(inner, references), references)
  }
  const members = entries.map(([key, member]): [string, unknown] => [key, resolveValue(member, references)])
  return Object.fromEntries(members.filter(([, member]) => member !== undefined))
}

/** What a condition of the template, or one inside a function, evaluates to. */
export function resolveCondition(value: unknown, references: References): boolean {
  const isReference = typeof value === 'object' && value !== null && 'Condition' in value
  const result = isReference ? references.condition(String(value.Condition)) : resolveValue(value, references)
  return result === true || result === 'true'
}

type Resolve = (value: unknown) => unknown
/** The template checked by CDK is trusted to give each function arguments of its shape. */
type Intrinsic = (argument: never, resolve: Resolve, references: References) => unknown

const intrinsics: Record<string, Intrinsic> = {
  Ref: (name: string, _, { ref }) => ref(name),
  'Fn::GetAtt': (path: string | [string, string], _, { getAtt }) => getAtt(...splitPath(path)),
  'Fn::Join': ([separator, list]: [string, unknown], resolve) => (resolve(list) as unknown[]).join(separator),
  'Fn::Split': ([separator, text]: [string, unknown], resolve) => String(resolve(text)).split(separator),
  'Fn::Select': ([index, list]: [unknown, unknown], resolve) => {
    const items = resolve(list) as unknown[]
    const selected = items[Number(resolve(index))]
    if (selected === undefined) throw new Error(`Fn::Select finds no item ${String(index)} of ${items.length}`)
    return selected
  },
  'Fn::Sub': (argument: string | [string, Record<string, unknown>], resolve, { ref, getAtt }) => {
    const [text, own] = typeof argument === 'string' ? [argument, {}] : argument
    return text.replaceAll(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
      if (literal) return `\${${name}}`
      if (Object.hasOwn(own, name)) return String(resolve(own[name]))
      return String(name.includes('.') ? getAtt(...splitPath(name)) : ref(name))
    })
  },
  'Fn::If': ([name, yes, no]: [string, unknown, unknown], resolve, { condition }) =>
    resolve(condition(name) ? yes : no),
  'Fn::Equals': ([one, other]: [unknown, unknown], resolve) => String(resolve(one)) === String(resolve(other)),
  'Fn::Not': ([value]: [unknown], _, references) => !resolveCondition(value, references),
  'Fn::And': (values: unknown[], _, references) => values.every((value) => resolveCondition(value, references)),
  'Fn::Or': (values: unknown[], _, references) => values.some((value) => resolveCondition(value, references)),
}

/** An attribute's own name may have dots. */
function splitPath(path: string | [string, string]): [string, string] {
  if (Array.isArray(path)) return path
  const dot = path.indexOf('.')
  return [path.slice(0, dot), path.slice(dot + 1)]
}
