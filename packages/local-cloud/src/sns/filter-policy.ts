/** https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html, after JSON.parse. */
export interface FilterPolicy {
  [key: string]: FilterPolicy | Condition[]
}
type Condition = string | number | boolean | null | { [operator: string]: unknown }

/** Whether the body of a message, parsed, passes. */
export function matchesFilter(policy: FilterPolicy | Condition[], body: unknown): boolean {
  // An array matches by any of its elements, however deep; all keys of a policy must match in the same element
  if (Array.isArray(body) && body.length > 0) return body.some((element) => matchesFilter(policy, element))
  const value = Array.isArray(body) ? undefined : body
  if (Array.isArray(policy)) return policy.some((condition) => meets(condition, value))
  const members = new Map(typeof value === 'object' && value !== null ? Object.entries(value) : [])
  return Object.entries(policy).every(([key, child]) => matchesFilter(child, members.get(key)))
}

/** Throws for what is not modelled: it must not let through what SNS would not, nor the other way round. */
export function checkFilter(policy: FilterPolicy): void {
  for (const [key, child] of Object.entries(policy)) {
    if (key === '$or' || key.includes('.')) throw new Error(`FilterPolicy key ${key} is not modelled`)
    if (Array.isArray(child)) child.forEach((condition) => meets(condition, ''))
    else checkFilter(child)
  }
}

function meets(condition: Condition, value: unknown): boolean {
  if (typeof condition !== 'object' || condition === null) return condition === value
  const [[operator, operand] = ['', undefined]] = Object.entries(condition)
  if (operator === 'exists') return operand === (value !== undefined)
  if (operator === 'anything-but') {
    return value !== undefined && ![operand].flat().some((refused) => meets(refused as Condition, value))
  }
  const test = tests[operator]
  if (!test) throw new Error(`FilterPolicy operator ${operator} is not modelled`)
  return typeof value === 'string' && test(value, String(operand))
}

const tests: Record<string, (text: string, operand: string) => boolean> = {
  prefix: (text, start) => text.startsWith(start),
  suffix: (text, end) => text.endsWith(end),
  'equals-ignore-case': (text, other) => text.toLowerCase() === other.toLowerCase(),
  wildcard: (text, pattern) => {
    const source = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')
    return new RegExp(`^${source}$`, 's').test(text)
  },
}
