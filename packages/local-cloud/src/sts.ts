import type { ApiCall, Operations, Site } from './api.ts'

/** Tells callers who they are; `fanout` compares the account before it acts. */
export function createSts({ accountId }: Site) {
  const GetCallerIdentity = (_: object, { principal }: ApiCall) => ({
    Arn: principal.type === 'service' ? principal.service : principal.arn,
    UserId: accountId,
    Account: accountId,
  })
  return { operations: { GetCallerIdentity } satisfies Operations }
}
