import { ApiError } from '../api.ts'
import type { MessageAttributes } from '../sqs/message.ts'

/** https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html, after JSON.parse. */
export interface FilterPolicy {
  [key: string]: FilterPolicy | Condition[]
}
type Condition = string | number | boolean | null | { [operator: string]: unknown }

/** Whether the payload (a body or attributes, parsed) passes. */
export function matchesFilter(policy: FilterPolicy | Condition[], payload: unknown): boolean {
  // An array matches by any of its elements, however deep; all keys of a policy must match in the same element
  if (Array.isArray(payload) && payload.length > 0) return payload.some((element) => matchesFilter(policy, element))
  const value = Array.isArray(payload) ? undefined : payload
  if (Array.isArray(policy)) return policy.some((condition) => meets(condition, value))
  return Object.entries(policy).every(([key, child]) => {
    if (key === '$or') return (child as FilterPolicy[]).some((alternative) => matchesFilter(alternative, value))
    return matchesFilter(child, memberOf(value, key))
  })
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? new Map(Object.entries(value)).get(key) : undefined
}

/** Takes dotted keys apart, `{"a.b": […]}` to `{a: {b: […]}}`, so that keys with a common parent are matched together. */
export function nestKeys(policy: FilterPolicy, root: FilterPolicy = {}): FilterPolicy {
  const descend = (node: FilterPolicy, name: string) => (node[name] ??= {}) as FilterPolicy
  for (const [key, child] of Object.entries(policy)) {
    const path = key.split('.')
    if (Array.isArray(child)) path.slice(0, -1).reduce(descend, root)[path.at(-1) ?? ''] = child
    else nestKeys(child, path.reduce(descend, root))
  }
  return root
}

/** Throws InvalidParameter for an operator that SNS does not have. */
export function checkFilter(policy: FilterPolicy): void {
  for (const [key, child] of Object.entries(policy)) {
    if (key === '$or') for (const alternative of child as FilterPolicy[]) checkFilter(alternative)
    else if (Array.isArray(child)) for (const condition of child) meets(condition, undefined)
    else checkFilter(child)
  }
}

/** Attributes as values to match: numbers and arrays by their data type. */
export function valuesOf(attributes: MessageAttributes): Record<string, unknown> {
  const toValue = ({ DataType: type = '', StringValue: text = '' }: MessageAttributes[string]) =>
    type === 'String.Array' ? JSON.parse(text) : type.startsWith('Number') ? Number(text) : text
  return Object.fromEntries(Object.entries(attributes).map(([name, attribute]) => [name, toValue(attribute)]))
}

function meets(condition: Condition, value: unknown): boolean {
  if (typeof condition !== 'object' || condition === null) return condition === value
  const [[operator, operand] = ['', undefined]] = Object.entries(condition)
  const text = typeof value === 'string' ? value : undefined
  switch (operator) {
    case 'exists':
      return operand === (value !== undefined)
    case 'prefix':
      return text?.startsWith(String(operand)) ?? false
    case 'suffix':
      return text?.endsWith(String(operand)) ?? false
    case 'equals-ignore-case':
      return text?.toLowerCase() === String(operand).toLowerCase()
    case 'wildcard':
      return text !== undefined && toRegExp(String(operand)).test(text)
    case 'numeric':
      return typeof value === 'number' && isInRange(value, operand as unknown[])
    case 'anything-but':
      return value !== undefined && ![operand].flat().some((refused) => meets(refused as Condition, value))
    default:
      throw new ApiError(
        400,
        'InvalidParameter',
        `Invalid parameter: FilterPolicy: Unrecognized match type ${operator}`,
      )
  }
}

function toRegExp(wildcard: string): RegExp {
  return new RegExp(`^${wildcard.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`, 's')
}

/** `['>=', 1, '<', 5]`: pairs that must all hold. */
function isInRange(value: number, pairs: unknown[]): boolean {
  return pairs.every((operator, i) => {
    const bound = Number(pairs[i + 1])
    if (operator === '=') return value === bound
    if (operator === '<' || operator === '<=') return value < bound || (operator === '<=' && value === bound)
    if (operator === '>' || operator === '>=') return value > bound || (operator === '>=' && value === bound)
    return typeof operator === 'number'
  })
}
