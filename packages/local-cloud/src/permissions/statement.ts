import type { Principal, Site } from '../api.ts'

type OneOrMore = string | string[]

export interface StatementSource {
  Sid?: string
  Effect: string
  Principal?: '*' | Record<string, OneOrMore>
  Action?: OneOrMore
  NotAction?: OneOrMore
  Resource?: OneOrMore
  NotResource?: OneOrMore
  Condition?: Record<string, Record<string, OneOrMore>>
  NotPrincipal?: unknown
}

/** An IAM policy document of a template, references resolved. */
export type PolicyDocument = { Statement: StatementSource | StatementSource[] }

/** What is to be decided. `context`: condition keys in lower case; undefined: known to be absent. */
export type Request = {
  principal: Principal
  action: string
  resource: string
  context: Record<string, string | undefined>
}

/** `direct`: it names the principal or everyone. `account`: it leaves the decision to the account's identity policies. */
export type Match = 'direct' | 'account' | undefined

/** Whether the request is what a part of a statement asks for; undefined when that is not known. */
type Test = (request: Request) => boolean | undefined

export type Statement = ReturnType<typeof compileStatement>

/**
 * With anything unknown in it a statement refuses: as an Allow it never matches, as a Deny always. `used` keeps the actions
 * for which it was decisive.
 */
export function compileStatement(source: StatementSource, { accountId }: Site, used = new Set<string>()) {
  const { Effect, Action, NotAction, Resource, NotResource, Principal: named, Condition = {}, NotPrincipal } = source
  const text = JSON.stringify(source)
  const isDeny = Effect !== 'Allow'
  const actions = listOf(Action ?? NotAction).map((name) => ({ name, pattern: toRegExp(name, '.', 'is') }))
  const resources = listOf(Resource ?? NotResource)
  const resourcePatterns = resources.map(arnPattern)
  // Policy variables would have to be replaced for each request
  const isKnown = NotPrincipal === undefined && !text.includes('${') && /^(Allow|Deny)$/.test(Effect)
  const tests: Test[] = [
    ({ action }) => actions.some(({ pattern }) => pattern.test(action)) === (NotAction === undefined),
    ({ resource }) => resourcePatterns.some((pattern) => pattern.test(resource)) === (NotResource === undefined),
    () => isKnown || undefined,
  ]
  for (const [operator, keys] of Object.entries(Condition)) {
    for (const [key, values] of Object.entries(keys)) tests.push(compileCondition(operator, key, listOf(values)))
  }

  function match(request: Request): Match {
    if (!tests.every((test) => test(request) ?? isDeny)) return undefined
    return named === undefined ? 'direct' : matchPrincipal(named, request.principal, accountId)
  }

  /** Its used or its unused actions, each with what it is on, and for whom. */
  function describe(isUsed: boolean): string[] {
    const who = named && ` by ${typeof named === 'string' ? named : Object.values(named).flat().join(' ')}`
    const found = actions.filter(({ pattern }) => [...used].some((action) => pattern.test(action)) === isUsed)
    return found.map(({ name }) => `${Effect} ${name} on ${resources.join(' ')}${who ?? ''}`)
  }

  return { text, isDeny, match, used, describe }
}

function matchPrincipal(named: '*' | Record<string, OneOrMore>, principal: Principal, accountId: string): Match {
  const { AWS, Service } = named === '*' ? { AWS: '*' } : named
  const arns = listOf(AWS)
  if (arns.includes('*')) return 'direct'
  if (principal.type === 'service') return listOf(Service).includes(principal.service) ? 'direct' : undefined
  if (arns.includes(principal.arn) || (principal.type === 'role' && arns.includes(principal.roleArn))) return 'direct'
  return arns.some((arn) => arn === accountId || arn === `arn:aws:iam::${accountId}:root`) ? 'account' : undefined
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
function compileCondition(operator: string, key: string, values: string[]): Test {
  const [, type, not, like, ifExists] = /^(String|Arn|Bool|Null)(Not)?(Equals|Like)?(IfExists)?$/.exec(operator) ?? []
  const name = key.toLowerCase()
  const toPattern = type === 'Arn' ? arnPattern : (text: string) => toRegExp(text, like === 'Like' ? '.' : undefined)
  const patterns = values.map((value) => toPattern(String(value)))
  return ({ context }) => {
    if (!type || !Object.hasOwn(context, name)) return undefined
    const value = type === 'Null' ? String(context[name] === undefined) : context[name]
    if (value === undefined) return not !== undefined || ifExists !== undefined
    return patterns.some((pattern) => pattern.test(value)) === (not === undefined)
  }
}

/** A wildcard ends with its part of the ARN; only the last of the six parts may have colons. */
function arnPattern(arn: string): RegExp {
  const [, head = '', last = arn] = /^((?:[^:]*:){5})(.*)$/s.exec(arn) ?? []
  return new RegExp(toRegExp(head, '[^:]').source.slice(0, -1) + toRegExp(last, '.').source.slice(1), 's')
}

/** `*` and `?` stand for characters of the class `any`; without it for themselves. */
function toRegExp(text: string, any?: string, flags = 's'): RegExp {
  const escaped = text.replace(/[\\^$.*+?|()[\]{}]/g, '\\$&')
  const source = any === undefined ? escaped : escaped.replaceAll('\\*', `${any}*`).replaceAll('\\?', any)
  return new RegExp(`^${source}$`, flags)
}

const listOf = (value: OneOrMore | undefined) => [value ?? []].flat()
