import type { ApiCall, Operations, Service, Site } from '../src/api.ts'
import { type AccessKeys, issueKey } from '../src/data-folder.ts'
import { startServer } from '../src/server.ts'

/** A site for tests; `warnings` keeps what a person would have seen. */
export function createSite(changes: Partial<Site> = {}): Site & { warnings: string[] } {
  const warnings: string[] = []
  return {
    accountId: '000000000000',
    region: 'eu-west-1',
    endpoint: '',
    dataDir: '',
    timeScale: 1,
    warn: (line) => warnings.push(line),
    warnings,
    ...changes,
  }
}

type Authorize = Parameters<typeof startServer>[4]

/** A server with these services, and what an SDK client needs to talk to it as the administrator. */
export async function serve(
  site: Site,
  services: Record<string, Operations | Service>,
  keys: AccessKeys = new Map(),
  authorize?: Authorize,
) {
  const server = await startServer(site, services, keys, 0, authorize)
  const { accessKeyId, secretAccessKey } = issueKey(keys, administrator)
  const credentials = { accessKeyId, secretAccessKey }
  const client = { endpoint: server.endpoint, region: site.region, credentials, maxAttempts: 1 }
  return { ...server, keys, client }
}

export const administrator = { type: 'administrator', arn: 'arn:aws:iam::000000000000:root' } as const

export async function readText({ body }: ApiCall): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
