import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ApiError, arnOf, type Operations, type Principal, type Site } from '../api.ts'
import { type AccessKey, type AccessKeys, issueKey } from '../data-folder.ts'
import type { Permissions } from '../permissions/permissions.ts'
import { deployCode } from './deploy-code.ts'
import { type Environment, startEnvironment } from './environment.ts'

export type Functions = ReturnType<typeof createFunctions>

/** A function as its template describes it, in the API's words. */
export interface FunctionConfig {
  FunctionName: string
  Handler: string
  /** `nodejs24.x`; it runs on the Node that runs the local cloud. */
  Runtime: string
  MemorySize: number
  Timeout: number
  Role: string
  LoggingConfig: { LogGroup: string }
  Environment: { Variables: Record<string, string> }
}

const defaults = { Handler: '', Runtime: '', Role: '', MemorySize: 128, Timeout: 3 }
// A laptop's memory: what a burst has started does not stay
const idleMs = 60_000

/** Functions and their processes. What one writes is lost, as on AWS, when its role may not write a log stream. */
export function createFunctions(
  site: Site,
  keys: AccessKeys,
  functionLog: (functionName: string, line: string) => void,
  { allows }: Pick<Permissions, 'allows'>,
) {
  const versions = new Map<string, Version>()
  const retiring = new Set<Promise<void>>()
  let count = 0

  /**
   * Makes the function or gives it new code (the folder of its asset) or settings: the next invocation has them, running
   * ones end as they are.
   */
  async function put(given: Partial<FunctionConfig> & { FunctionName: string }, code: string): Promise<void> {
    const { FunctionName: name } = given
    const always = { LoggingConfig: { LogGroup: `/aws/lambda/${name}` }, Environment: { Variables: {} } }
    const config: FunctionConfig = { ...defaults, ...always, ...given }
    const { Role: roleArn, MemorySize: memoryMb } = config
    if (!/^nodejs\d+\.x$/.test(config.Runtime)) throw new Error(`Runtime ${config.Runtime} is not modelled`)
    const old = versions.get(name)
    if (JSON.stringify([old?.config, old?.code]) === JSON.stringify([config, code])) return
    const codeFolder = join(site.dataDir, 'functions', `${name}-${++count}`)
    await deployCode(code, codeFolder)
    const arn = `arn:aws:sts::${site.accountId}:assumed-role/${roleArn.slice(roleArn.lastIndexOf('/') + 1)}/${name}`
    const key = issueKey(keys, { type: 'role', arn, roleArn })
    const start = () => {
      const stream = arnOf(site, 'logs', `log-group:${config.LoggingConfig.LogGroup}:log-stream:local`)
      const isLogged = ['CreateLogStream', 'PutLogEvents'].every((name) =>
        allows(key.principal, `logs:${name}`, stream),
      )
      return startEnvironment({
        functionArn: arnOf(site, 'lambda', `function:${name}`),
        handler: config.Handler,
        codeFolder,
        memoryMb,
        timeoutSeconds: config.Timeout,
        variables: environmentOf(config, codeFolder, key, site),
        onLog: (line) => isLogged && functionLog(name, line),
        onTooLarge: (usedMb) => site.warn(`${name} uses ${usedMb} MB of its ${memoryMb} MB: Lambda would kill it`),
      })
    }
    const onFailedStart = (error: Error) => site.warn(`${name}: ${error.message}`)
    versions.set(name, { config, code, principal: key.principal, ...createPool(start, onFailedStart) })
    if (old) retire(old)
  }

  function retire({ drain }: Version) {
    const retired = drain().finally(() => retiring.delete(retired))
    retiring.add(retired)
  }

  /** By name or ARN; throws when there is no such function. */
  function find(nameOrArn: string): Version {
    const name = nameOrArn.split(':').at(-1) ?? ''
    const version = versions.get(name)
    if (version) return version
    throw new ApiError(404, 'ResourceNotFoundException', `there is no function ${name}`)
  }

  const describe = ({ config }: Version) => ({
    ...config,
    FunctionArn: arnOf(site, 'lambda', `function:${config.FunctionName}`),
    State: 'Active',
    LastUpdateStatus: 'Successful',
  })
  const operations = {
    GetFunctionConfiguration: ({ FunctionName: name }: { FunctionName: string }) => describe(find(name)),
    ListFunctions: () => ({ Functions: [...versions.values()].map(describe) }),
  } satisfies Operations

  return {
    operations,
    put,
    remove: async (name: string) => {
      retire(find(name))
      versions.delete(name)
    },
    find,
    /** Resolves with the JSON that the handler returned, rejects with an error that has an `errorType`. */
    invoke: async (name: string, event: string) => find(name).invoke(event),
    close: async () => {
      await Promise.all([...versions.values()].map((version) => version.close()))
      await Promise.all(retiring)
      await rm(join(site.dataDir, 'functions'), { recursive: true, force: true })
    },
  }
}

type Version = { config: FunctionConfig; code: string; principal: Principal } & ReturnType<typeof createPool>

/** The execution environments of one version of a function: used again, the last used first, one more when all are busy. */
function createPool(start: () => Environment, onFailedStart: (error: Error) => void) {
  const all = new Set<Environment>()
  const running = new Set<Promise<string>>()
  let idle: Environment[] = []
  const stop = (stopped: Iterable<Environment>) => Promise.all([...stopped].map((environment) => environment.close()))
  const reaper = setTimeout(() => void stop(idle.splice(0, idle.length - 1)), idleMs).unref()

  function add(): Environment {
    const environment = start()
    all.add(environment)
    void environment.exited.then(() => {
      all.delete(environment)
      idle = idle.filter((other) => other !== environment)
    })
    return environment
  }

  async function run(event: string): Promise<string> {
    const environment = idle.pop() ?? add()
    try {
      await environment.ready
      return await environment.invoke(event)
    } finally {
      if (environment.isAlive()) idle.push(environment)
      reaper.refresh()
    }
  }

  function invoke(event: string): Promise<string> {
    const result = run(event)
    running.add(result)
    const forget = () => void running.delete(result)
    result.then(forget, forget)
    return result
  }

  /** Starts an environment unless there is one, so that the first invocation finds it. */
  function warm(): void {
    if (all.size > 0) return
    const environment = add()
    idle.push(environment)
    environment.ready.catch((error: Error) => idle.includes(environment) && onFailedStart(error))
  }

  async function close(): Promise<void> {
    clearTimeout(reaper)
    await stop(all)
  }

  /** Lets running invocations end first. */
  async function drain(): Promise<void> {
    await Promise.allSettled(running)
    await close()
  }

  return { invoke, warm, close, drain }
}

/**
 * The whole environment of a function's process: the template's variables and Lambda's own, nothing of the developer's.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
function environmentOf(config: FunctionConfig, codeFolder: string, key: AccessKey, site: Site) {
  return {
    ...config.Environment.Variables,
    PATH: '/usr/local/bin:/usr/bin:/bin',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    _HANDLER: config.Handler,
    LAMBDA_TASK_ROOT: codeFolder,
    AWS_EXECUTION_ENV: `AWS_Lambda_${config.Runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: config.FunctionName,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(config.MemorySize),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: config.LoggingConfig.LogGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    AWS_REGION: site.region,
    AWS_DEFAULT_REGION: site.region,
    AWS_ACCESS_KEY_ID: key.accessKeyId,
    AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
    AWS_SESSION_TOKEN: key.sessionToken,
    // Whatever the function asks for, it asks the local cloud, and there is nowhere else to find credentials
    AWS_ENDPOINT_URL: site.endpoint,
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
  }
}
