import type { Service, Site } from './api.ts'
import { createQueryService } from './query-service.ts'

/** Tells a caller who it is; `fanout` compares the account before it acts. */
export function createSts(site: Site): { service: Service; operations: string[] } {
  const service = createQueryService('sts', 'https://sts.amazonaws.com/doc/2011-06-15/', {
    GetCallerIdentity: (_, { principal }) => ({
      Arn: principal.type === 'service' ? principal.service : principal.arn,
      UserId: site.accountId,
      Account: site.accountId,
    }),
  })
  return { service, operations: ['GetCallerIdentity'] }
}
