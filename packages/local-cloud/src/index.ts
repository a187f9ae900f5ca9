import type { Principal, Site } from './api.ts'
import { type AccessKey, openAdministratorKey, openDataFolder } from './data-folder.ts'
import { createDynamoDb } from './dynamodb.ts'
import { createFunctions } from './lambda/functions.ts'
import { createMappings } from './lambda/mappings.ts'
import { createPermissions, type PermissionReport } from './permissions/permissions.ts'
import { createProvisioner } from './provision/provision.ts'
import { createS3 } from './s3/s3.ts'
import { startServer } from './server.ts'
import { createSns } from './sns/sns.ts'
import { createSqs } from './sqs/sqs.ts'
import { createSsm } from './ssm.ts'
import { createSts } from './sts.ts'

export type { PermissionReport } from './permissions/permissions.ts'

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

/** A running local cloud. Any AWS client that is given these can use it. */
export interface LocalCloud {
  endpoint: string
  region: string
  accountId: string
  /** The administrator's. */
  credentials: { accessKeyId: string; secretAccessKey: string }
  /** What the templates ask for that changes nothing here, a line for each type. */
  notices: string[]
  /** Also the value of the SSM parameter `/local-cloud/permissions`. */
  permissions: () => PermissionReport
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
  const opened: { close: () => unknown }[] = []
  const close = async () => {
    while (opened.length > 0) await opened.pop()?.close()
  }
  const closing = <Part extends { close: () => unknown }>(part: Part) => {
    opened.push(part)
    return part
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
    const s3 = closing(
      createS3(site, async (topicArn, message, principal) => {
        // Whoever watches has been told: uploads go on, their events do not
        if (!permissions.allows(principal, 'sns:Publish', topicArn)) return
        sns.publish({ TopicArn: topicArn, Message: message, Subject: 'Amazon S3 Notification' })
      }),
    )
    const dynamodb = closing(createDynamoDb(site))
    const ssm = createSsm(site)
    ssm.putParameter('/local-cloud/permissions', () => JSON.stringify(permissions.report()))
    const functions = createFunctions(site, keys, functionLog, permissions)
    const mappings = createMappings(site, sqs, functions, permissions)
    const services = {
      s3: s3.service,
      sqs: sqs.operations,
      sns: sns.operations,
      dynamodb: dynamodb.operations,
      ssm: ssm.operations,
      sts: createSts(site).operations,
      lambda: { ...functions.operations, ...mappings.operations },
    }
    const { endpoint } = closing(await startServer(site, services, keys, options.port, permissions.authorize))
    closing(functions)
    closing(mappings)

    const parts = { site, s3, sqs, sns, ssm, dynamodb, functions, mappings, permissions }
    const { provision, notices } = createProvisioner(parts)
    for (const assembly of options.assemblies) await provision(assembly)
    const credentials = { accessKeyId, secretAccessKey }
    const { region } = site
    return {
      endpoint,
      region,
      accountId,
      credentials,
      notices: notices(),
      permissions: permissions.report,
      provision,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
