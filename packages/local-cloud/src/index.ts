import { createAccessKeys } from './access-keys.ts'
import type { Principal, Site } from './api.ts'
import { openAdministratorKey, openDataFolder } from './data-folder.ts'
import { createFunctions } from './lambda/functions.ts'
import { createMappings } from './lambda/mappings.ts'
import { createPolicies } from './policies.ts'
import { createProvisioner } from './provision/provision.ts'
import { startServer } from './server.ts'
import { createServices } from './services.ts'

export interface LocalCloudOptions {
  /** Folders that CDK has synthesized, one stack in each; a stack comes after those whose parameters it reads. */
  assemblies: string[]
  /** Where objects and tables are kept. Absent: in a temporary folder that goes when the cloud is closed. */
  dataDir?: string
  /** 0: any free one. */
  port: number
  /** Durations of queues, such as visibility, pass this many times faster. Default: 1. */
  timeScale?: number
  /** Gets one line for the person watching: a failed invocation, a dropped message. */
  warn?: (line: string) => void
  /** Gets each line that a function writes. */
  functionLog?: (functionName: string, line: string) => void
}

/** A running local cloud. Any AWS client that is given these can use it. */
export interface LocalCloud {
  endpoint: string
  region: string
  accountId: string
  /** The administrator's. */
  credentials: { accessKeyId: string; secretAccessKey: string }
  /** What the templates ask for that changes nothing here, a line for each type. */
  notices: string[]
  /** Changes the stack of this assembly to what is in the folder now; functions use new code from the next batch on. */
  provision: (assembly: string) => Promise<void>
  /** Ends functions and server. Messages that are still in queues are lost, objects and tables of a `dataDir` stay. */
  close: () => Promise<void>
}

const accountId = '000000000000'
const administrator: Principal = { type: 'administrator', arn: `arn:aws:iam::${accountId}:root` }

/**
 * Runs synthesized stacks on this machine.
 * @throws Error when a template is missing or has something that is not modelled (with stack and logical id), when the
 * port is taken, or when another process has the data folder
 */
export async function startLocalCloud(options: LocalCloudOptions): Promise<LocalCloud> {
  const opened: (() => Promise<void> | void)[] = []
  const close = async () => {
    while (opened.length > 0) await opened.pop()?.()
  }
  try {
    const { path: dataDir, close: closeFolder } = await openDataFolder(options.dataDir)
    opened.push(closeFolder)
    const { timeScale = 1, warn = () => {}, functionLog = () => {} } = options
    const site: Site = { accountId, region: 'eu-west-1', endpoint: '', dataDir, timeScale, warn }
    const keys = createAccessKeys()
    const { accessKeyId, secretAccessKey } = await openAdministratorKey(dataDir, keys, administrator)

    const services = createServices(site)
    opened.push(services.dynamodb.close, services.s3.close)
    const handlers = Object.fromEntries(Object.entries(services).map(([name, { service }]) => [name, service]))
    const server = await startServer(site, handlers, keys, options.port)
    opened.push(server.close)
    const functions = createFunctions(site, keys, functionLog)
    opened.push(functions.close)
    const mappings = createMappings(site, services.sqs, functions)
    opened.push(mappings.close)

    const policies = createPolicies()
    const { provision, notices } = createProvisioner({ ...services, site, functions, mappings, policies })
    for (const assembly of options.assemblies) await provision(assembly)
    return {
      endpoint: server.endpoint,
      region: site.region,
      accountId,
      credentials: { accessKeyId, secretAccessKey },
      get notices() {
        return notices()
      },
      provision,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
