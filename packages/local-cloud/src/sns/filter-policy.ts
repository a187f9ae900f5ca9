import { ApiError } from '../api.ts'
import type { MessageAttributes } from '../sqs/message.ts'

/** https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html, after JSON.parse. */
export interface FilterPolicy {
  [key: string]: FilterPolicy | Condition[]
}
type Condition = string | number | boolean | null | Record<string, unknown>

/** Keys of the policy, dotted ones taken apart, with the conditions at the leaves. */
interface Branch {
  keys: Map<string, Branch | Condition[]>
  /** Of `$or`: at least one of these. */
  alternatives: Branch[][]
}

export type MessageFilter = (message: string, attributes: MessageAttributes) => boolean

/** Throws InvalidParameter for an operator that SNS does not have or that is not modelled. */
export function createMessageFilter(policy: FilterPolicy, scope: 'MessageAttributes' | 'MessageBody'): MessageFilter {
  // A dot is an ordinary character of an attribute's name
  const root = compile(policy, scope === 'MessageBody')
  if (scope === 'MessageAttributes') return (_, attributes) => matches(root, valuesOf(attributes))
  return (message) => {
    try {
      return matches(root, JSON.parse(message))
    } catch (error) {
      if (error instanceof SyntaxError) return false
      throw error
    }
  }
}

function compile(policy: FilterPolicy, splitsKeys: boolean, root: Branch = createBranch()): Branch {
  for (const [key, value] of Object.entries(policy)) {
    if (key === '$or' && Array.isArray(value)) {
      root.alternatives.push(value.map((alternative) => compile(alternative as FilterPolicy, splitsKeys)))
      continue
    }
    const path = splitsKeys ? key.split('.') : [key]
    if (Array.isArray(value)) {
      for (const condition of value) test(condition, undefined)
      path.slice(0, -1).reduce(childOf, root).keys.set(path.at(-1)!, value)
    } else {
      compile(value, splitsKeys, path.reduce(childOf, root))
    }
  }
  return root
}

function createBranch(): Branch {
  return { keys: new Map(), alternatives: [] }
}

function childOf(branch: Branch, key: string): Branch {
  const existing = branch.keys.get(key)
  if (existing && !Array.isArray(existing)) return existing
  const child = createBranch()
  branch.keys.set(key, child)
  return child
}

/** An array matches by any of its elements, however deep; all keys of one branch must match in the same element. */
function matches(node: Branch | Condition[], value: unknown): boolean {
  if (Array.isArray(value) && value.length > 0) return value.some((element) => matches(node, element))
  if (Array.isArray(node)) return node.some((condition) => test(condition, Array.isArray(value) ? undefined : value))
  const members = new Map(typeof value === 'object' && value !== null ? Object.entries(value) : [])
  return (
    [...node.keys].every(([key, child]) => matches(child, members.get(key))) &&
    node.alternatives.every((branches) => branches.some((branch) => matches(branch, value)))
  )
}

function test(condition: Condition, value: unknown): boolean {
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
      return text !== undefined && wildcard(String(operand)).test(text)
    case 'numeric':
      return typeof value === 'number' && isInRange(value, operand as unknown[])
    case 'anything-but': {
      const refused = (Array.isArray(operand) ? operand : [operand]) as Condition[]
      return !refused.some((one) => test(one, value)) && value !== undefined
    }
    default:
      throw new ApiError(
        400,
        'InvalidParameter',
        `Invalid parameter: FilterPolicy: Unrecognized match type ${operator}`,
      )
  }
}

function wildcard(pattern: string): RegExp {
  return new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`, 's')
}

/** `['>=', 1, '<', 5]`: pairs that must all hold. */
function isInRange(value: number, pairs: unknown[]): boolean {
  for (let i = 0; i < pairs.length; i += 2) {
    const bound = Number(pairs[i + 1])
    const holds = {
      '=': value === bound,
      '<': value < bound,
      '<=': value <= bound,
      '>': value > bound,
      '>=': value >= bound,
    }
    if (!holds[pairs[i] as keyof typeof holds]) return false
  }
  return true
}

function valuesOf(attributes: MessageAttributes): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { DataType: type = '', StringValue: text = '' }]) => {
      if (type === 'String.Array') return [name, JSON.parse(text)]
      return [name, type.startsWith('Number') ? Number(text) : text]
    }),
  )
}
