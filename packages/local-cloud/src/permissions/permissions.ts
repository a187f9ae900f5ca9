import { type ApiCall, ApiError, arnOf, type Principal, type Site } from '../api.ts'
import { keyActionsOf, needsOf, ownerOf } from './actions.ts'
import { compileStatement, type PolicyDocument, type Statement } from './statement.ts'

export type Permissions = ReturnType<typeof createPermissions>

/** A policy of a role or of a resource, and the logical id of what brings it. */
export type Policy = { id: string; arn: string; document: PolicyDocument }

type Usage = { used: string[]; unused: string[] }
/** What was used of the policies, and what was refused, since the cloud was started. */
export interface PermissionReport {
  roles: ({ role: string } & Usage)[]
  /** Policies of buckets, topics, queues and keys. */
  resources: ({ resource: string } & Usage)[]
  denied: { principal: string; action: string; resource: string }[]
}

/**
 * Decides every call as IAM does within one account: a matching Deny wins; otherwise an Allow of the caller's role or one of
 * the resource's policy is enough, except that a key's own policy must have a part in it.
 */
export function createPermissions(site: Site) {
  const stacks = new Map<string, Policy[]>()
  let statements = new Map<string, Statement[]>()
  /** The actions for which each statement of each policy was decisive, also over changes of its stack. */
  const used = new Map<string, Set<string>>()
  const keys = new Map<string, string>()
  const denied = new Map<string, PermissionReport['denied'][number]>()
  /** Since a stack was last changed: whoever has mended a policy wants to know whether it was enough. */
  const told = new Set<string>()

  /**
   * Puts the policies of this stack in force, and those that it had before out of force.
   * @throws Error for a second policy of one resource: on AWS the last one made would win, and nobody would be told
   */
  function replace(stack: string, policies: Policy[]): void {
    const next = new Map<string, Statement[]>()
    const others = [...stacks].flatMap(([name, found]) => (name === stack ? [] : found))
    for (const { id, arn, document } of [...others, ...policies]) {
      if (next.has(arn) && hasOnePolicy(arn)) throw new Error(`${stack} ${id}: ${arn} has a policy already`)
      const compiled = [document.Statement].flat().map((source) => {
        const name = `${arn} ${JSON.stringify(source)}`
        if (!used.has(name)) used.set(name, new Set())
        return compileStatement(source, site, used.get(name))
      })
      next.set(arn, [...(next.get(arn) ?? []), ...compiled])
    }
    if (stacks.has(stack)) told.clear()
    stacks.set(stack, policies)
    statements = next
  }

  /** From now on callers need this key as well; AWS's own keys are for everyone. */
  function encrypt(arn: string, key: string | undefined): void {
    if (key === undefined || key.startsWith('alias/aws/')) keys.delete(arn)
    else keys.set(arn, key.startsWith('arn:') ? key : arnOf(site, 'kms', `key/${key}`))
  }

  /** Why the principal may not, in AWS's words; undefined: it may. */
  function refusal(principal: Principal, action: string, resource: string): string | undefined {
    const request = { principal, action, resource, context: contextOf(principal, site) }
    const matching = (arn: string) => (statements.get(arn) ?? []).filter((one) => one.match(request) !== undefined)
    const ofCaller = principal.type === 'role' ? matching(principal.roleArn) : []
    const ofResource = matching(ownerOf(resource))
    const all = [...ofCaller, ...ofResource]
    const denial = all.find(({ isDeny }) => isDeny)
    const isOfCaller = principal.type === 'administrator' || ofCaller.length > 0
    const isLeftToAccount = !action.startsWith('kms:') || ofResource.length > 0
    const isAllowed = (isOfCaller && isLeftToAccount) || ofResource.some((one) => one.match(request) === 'direct')
    if (!denial && !isAllowed) return `because no policy allows the ${action} action`
    for (const one of denial ? [denial] : all) one.used.add(action)
    return denial && `with an explicit deny in ${denial.text}`
  }

  /** Throws AccessDenied; tells the person watching, once until policies change. */
  function check(principal: Principal, action: string, resource: string): void {
    const needs: [string, string][] = [[action, resource]]
    const key = keys.get(ownerOf(resource))
    if (key) for (const keyAction of keyActionsOf(action)) needs.push([keyAction, key])
    for (const [need, on] of needs) {
      const reason = refusal(principal, need, on)
      if (reason === undefined) continue
      const name = nameOf(principal)
      // One line for all objects of a bucket
      const id = `${name} ${need} ${ownerOf(on)}`
      if (!told.has(id)) site.warn(`${name} may not ${need} on ${on}: ${fixFor(principal, need, on, reason)}`)
      told.add(id)
      if (!denied.has(id)) denied.set(id, { principal: name, action: need, resource: on })
      const message = `User: ${name} is not authorized to perform: ${need} on resource: ${on} ${reason}`
      throw new ApiError(403, 'AccessDenied', message)
    }
  }

  function allows(principal: Principal, action: string, resource: string): boolean {
    try {
      check(principal, action, resource)
      return true
    } catch {
      return false
    }
  }

  /** Checks all that a call of a client needs. */
  function authorize(call: ApiCall, operation: string, input: object): void {
    for (const [action, resource] of needsOf(call, operation, input, site)) check(call.principal, action, resource)
  }

  function report(): PermissionReport {
    const roles: PermissionReport['roles'] = []
    const resources: PermissionReport['resources'] = []
    for (const [arn, found] of statements) {
      // An entry for each action, because CDK merges statements as it likes
      const list = (isUsed: boolean) => found.flatMap((statement) => statement.describe(isUsed))
      const usage = { used: list(true), unused: list(false) }
      if (isRole(arn)) roles.push({ role: arn, ...usage })
      else resources.push({ resource: arn, ...usage })
    }
    return { roles, resources, denied: [...denied.values()] }
  }

  return { replace, encrypt, check, allows, authorize, report }
}

const isRole = (arn: string) => arn.startsWith('arn:aws:iam:')

/** A function's permissions are statements of one policy, each a resource of its own. */
const hasOnePolicy = (arn: string) => !isRole(arn) && !arn.startsWith('arn:aws:lambda:')

function nameOf(principal: Principal): string {
  if (principal.type === 'service') return principal.service
  return principal.type === 'role' ? principal.roleArn : principal.arn
}

/** The statement that is missing, or the one that refuses. */
function fixFor(principal: Principal, Action: string, resource: string, reason: string): string {
  if (!reason.startsWith('because')) return reason
  const missing = { Effect: 'Allow', Action, Resource: resource.replace(/^(arn:aws:s3:::[^/]*\/).*/s, '$1*') }
  if (principal.type !== 'service') return `its policies lack ${JSON.stringify(missing)}`
  const Condition = { ArnEquals: { 'aws:SourceArn': principal.sourceArn } }
  const statement = { ...missing, Principal: { Service: principal.service }, Condition }
  return `the resource's policy lacks ${JSON.stringify(statement)}`
}

/** The condition keys that are modelled; undefined: this call does not have it. */
function contextOf(principal: Principal, { accountId }: Site): Record<string, string | undefined> {
  const isService = principal.type === 'service'
  return {
    // The loopback interface counts as TLS: otherwise each enforceSSL would refuse everything
    'aws:securetransport': 'true',
    'aws:sourcearn': isService ? principal.sourceArn : undefined,
    'aws:sourceaccount': isService ? accountId : undefined,
    'aws:principalarn': isService ? undefined : nameOf(principal),
    'aws:principalaccount': isService ? undefined : accountId,
  }
}
