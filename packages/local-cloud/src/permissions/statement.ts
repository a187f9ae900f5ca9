import type { Principal, Site } from '../api.ts'

type OneOrMore = string | string[]

/** An IAM policy document of a template, references resolved. */
export interface PolicyDocument {
  Statement: StatementSource | StatementSource[]
}

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

/** What is to be decided. */
export interface Request {
  principal: Principal
  action: string
  resource: string
  /** Condition keys in lower case; undefined: known to be absent. */
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
  const actions = listOf(Action ?? NotAction).map((name) => ({ name, pattern: glob(name, 'i') }))
  const resources = listOf(Resource ?? NotResource)
  const resourcePatterns = resources.map(arnGlob)
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

  /** Its used or its unused actions, each with what it is on. */
  const describe = (isUsed: boolean) =>
    actions
      .filter(({ pattern }) => [...used].some((action) => pattern.test(action)) === isUsed)
      .map(({ name }) => `${Effect} ${name} ${resources.join(' ')}`)
  return { text, isDeny, match, used, describe }
}

function matchPrincipal(named: '*' | Record<string, OneOrMore>, principal: Principal, accountId: string): Match {
  const { AWS = [], Service = [] } = named === '*' ? { AWS: '*' } : named
  const arns = listOf(AWS)
  if (arns.includes('*')) return 'direct'
  if (principal.type === 'service') return listOf(Service).includes(principal.service) ? 'direct' : undefined
  if (arns.includes(principal.arn) || (principal.type === 'role' && arns.includes(principal.roleArn))) return 'direct'
  return arns.some((arn) => arn === accountId || arn === `arn:aws:iam::${accountId}:root`) ? 'account' : undefined
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
function compileCondition(operator: string, key: string, values: string[]): Test {
  const [, type, not, like, ifExists] = /^(String|Arn|Bool|Null)(Not)?(Equals|Like)?(IfExists)?$/.exec(operator) ?? []
  if (!type) return () => undefined
  const patterns = values.map((value) =>
    type === 'Arn' ? arnGlob(value) : like === 'Like' ? glob(value) : exact(String(value)),
  )
  return ({ context }) => {
    if (!Object.hasOwn(context, key.toLowerCase())) return undefined
    const value = context[key.toLowerCase()]
    if (type === 'Null') return values.some((one) => String(one) === String(value === undefined))
    if (value === undefined) return not !== undefined || ifExists !== undefined
    return patterns.some((pattern) => pattern.test(value)) === (not === undefined)
  }
}

function exact(text: string): RegExp {
  return new RegExp(`^${escape(text)}$`)
}

function glob(text: string, flags = ''): RegExp {
  return new RegExp(`^${globSource(text, '.')}$`, `s${flags}`)
}

/** A wildcard ends with its part of the ARN; only the last of the six parts may have colons. */
function arnGlob(arn: string): RegExp {
  const [, head = '', last = arn] = /^((?:[^:]*:){5})(.*)$/s.exec(arn) ?? []
  return new RegExp(`^${globSource(head, '[^:]')}${globSource(last, '.')}$`, 's')
}

/** `*` and `?` are wildcards. */
function globSource(text: string, any: string): string {
  return escape(text).replaceAll('\\*', `${any}*`).replaceAll('\\?', any)
}

function escape(text: string): string {
  return text.replace(/[\\^$.*+?|()[\]{}]/g, '\\$&')
}

function listOf(value: OneOrMore | undefined): string[] {
  return [value ?? []].flat()
}
