import { GetParameterCommand, ParameterNotFound } from '@aws-sdk/client-ssm'
import * as z from 'zod'
import { UsageError } from '../exit-codes.ts'
import type { Stage } from '../stage/stage.ts'

/** What was used of the policies, and what was refused, since the local cloud was started. */
export const PermissionReport = z.object({
  roles: z.array(z.object({ role: z.string(), used: z.array(z.string()), unused: z.array(z.string()) })),
  resources: z
    .array(z.object({ resource: z.string(), used: z.array(z.string()), unused: z.array(z.string()) }))
    .optional(),
  denied: z.array(z.object({ principal: z.string(), action: z.string(), resource: z.string() })),
})
export type PermissionReport = z.infer<typeof PermissionReport>

/** Where the local cloud leaves it. */
const PARAMETER = '/local-cloud/permissions'

/** @throws {UsageError} for a stage on AWS, where nobody counts */
export async function readPermissions({ clients, name }: Pick<Stage, 'clients' | 'name'>): Promise<PermissionReport> {
  try {
    const { Parameter } = await clients.ssm.send(new GetParameterCommand({ Name: PARAMETER }))
    return PermissionReport.parse(JSON.parse(Parameter?.Value ?? '{}'))
  } catch (cause) {
    if (!(cause instanceof ParameterNotFound)) throw cause
    throw new UsageError(`stage ${name} does not tell what its roles used: only the local cloud does`, { cause })
  }
}
