import type { Principal, Site } from './api.ts'
import { type AccessKey, openAdministratorKey, openDataFolder } from './data-folder.ts'
import { createDynamoDb } from './dynamodb.ts'
import { createFunctions } from './lambda/functions.ts'
import { createMappings } from './lambda/mappings.ts'
import { createSchedules } from './lambda/schedules.ts'
import { createPermissions } from './permissions/permissions.ts'
import { createProvisioner } from './provision/provision.ts'
import { createS3 } from './s3/s3.ts'
import { startServer } from './server.ts'
import { createSns } from './sns/sns.ts'
import { createSqs } from './sqs/sqs.ts'
import { createSsm } from './ssm.ts'
import { createSts } from './sts.ts'

export type { PermissionReport } from './permissions/permissions.ts'
export { resolvePolicies } from './provision/resolve-policies.ts'

export interface LocalCloudOptions {
  /** Folders that CDK has synthesized, one stack in each; a stack comes after those whose parameters it reads. */
  assemblies: string[]
  /** Where objects and tables are kept. Absent: in a temporary folder that goes when the cloud is closed. */
  dataDir?: string
  /** 0: any free one. */
  port: number
  /** Durations of queues, such as visibility, pass this many times faster. Default: 1. */
  timeScale?: number
  /** Gets one line for the person watching: a failed invocation, a refused call. */
  warn?: (line: string) => void
  /** Gets each line that a function writes. */
  functionLog?: (functionName: string, line: string) => void
}

/** A running local cloud: any AWS client can use it that is given endpoint, region and the administrator's credentials. */
export type LocalCloud = Awaited<ReturnType<typeof startLocalCloud>>

const accountId = '000000000000'
const administrator: Principal = { type: 'administrator', arn: `arn:aws:iam::${accountId}:root` }

/**
 * Runs synthesized stacks on this machine.
 * @throws Error when a template is missing or has something that is not modelled (with stack and logical id), when the
 * port is taken, or when another process has the data folder
 */
export async function startLocalCloud(options: LocalCloudOptions) {
  const opened: { close: () => unknown }[] = []
  const closing = <Part extends { close: () => unknown }>(part: Part) => {
    opened.push(part)
    return part
  }
  /** Ends functions and server. Messages that are still in queues are lost, objects and tables of a `dataDir` stay. */
  const close = async (): Promise<void> => {
    while (opened.length > 0) await opened.pop()?.close()
  }
  try {
    const { path: dataDir } = closing(await openDataFolder(options.dataDir))
    const { timeScale = 1, warn = () => {}, functionLog = () => {} } = options
    const site: Site = { accountId, region: 'eu-west-1', endpoint: '', dataDir, timeScale, warn }
    const keys = new Map<string, AccessKey>()
    const { accessKeyId, secretAccessKey } = await openAdministratorKey(dataDir, keys, administrator)

    const permissions = createPermissions(site)
    const sqs = createSqs(site)
    const sns = createSns(site, (queueArn, message, principal) => {
      permissions.check(principal, 'sqs:SendMessage', queueArn)
      sqs.queue(queueArn).send(message)
    })
    const publish = async (TopicArn: string, Message: string, principal: Principal) => {
      // Whoever watches has been told: uploads go on, their events do not
      if (!permissions.allows(principal, 'sns:Publish', TopicArn)) return
      sns.publish({ TopicArn, Message, Subject: 'Amazon S3 Notification' })
    }
    const s3 = closing(createS3(site, publish, permissions.check))
    const dynamodb = closing(createDynamoDb(site))
    const ssm = createSsm(site)
    ssm.putParameter('/local-cloud/permissions', () => JSON.stringify(permissions.report()))
    const functions = createFunctions(site, keys, functionLog, permissions)
    const mappings = createMappings(site, sqs, functions, permissions)
    const schedules = createSchedules(site, functions, permissions)
    const lambda = { operations: { ...functions.operations, ...mappings.operations } }
    const services = Object.entries({ sqs, sns, dynamodb, ssm, lambda, sts: createSts(site) })
    const operations = Object.fromEntries(services.map(([name, service]) => [name, service.operations]))
    const server = await startServer(site, { ...operations, s3: s3.service }, keys, options.port, permissions.authorize)
    for (const part of [server, functions, mappings, schedules]) closing(part)

    const parts = { site, s3, sqs, sns, ssm, dynamodb, functions, mappings, schedules, permissions }
    const { provision, notices } = createProvisioner(parts)
    for (const assembly of options.assemblies) await provision(assembly)
    return {
      endpoint: server.endpoint,
      region: site.region,
      accountId,
      /** The administrator's. */
      credentials: { accessKeyId, secretAccessKey },
      /** What the templates ask for that changes nothing here, a line for each type. */
      notices: notices(),
      /** The operations that answer, by service: all others are refused by AWS's own name for them. */
      modelled: new Map([
        ['s3', s3.operations],
        ...services.map(([name, service]) => [name, Object.keys(service.operations)] as const),
      ]),
      /** Also the value of the SSM parameter `/local-cloud/permissions`. */
      permissions: permissions.report,
      /** Changes the stack of this assembly to what is in the folder now; functions use new code from the next batch on. */
      provision,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
