import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ApiError, arnOf, type Operations, type Principal, type Site } from '../api.ts'
import { type AccessKey, type AccessKeys, issueKey } from '../data-folder.ts'
import type { Permissions } from '../permissions/permissions.ts'
import { deployCode } from './deploy-code.ts'
import { type Environment, startEnvironment } from './environment.ts'

export type Functions = ReturnType<typeof createFunctions>

const defaults = {
  FunctionName: '',
  Handler: '',
  /** `nodejs24.x`; it runs on the Node that runs the local cloud. */
  Runtime: '',
  Role: '',
  MemorySize: 128,
  Timeout: 3,
  LoggingConfig: {} as { LogGroup?: string },
  Environment: { Variables: {} as Record<string, string> },
}
/** A function as its template describes it, in the API's words. */
export type FunctionConfig = typeof defaults

type Version = { config: FunctionConfig; code: string; principal: Principal } & ReturnType<typeof createPool>

/** Functions and their processes. What one writes is lost, as on AWS, when its role may not write a log stream. */
export function createFunctions(
  site: Site,
  keys: AccessKeys,
  functionLog: (functionName: string, line: string) => void,
  { allows }: Pick<Permissions, 'allows'>,
) {
  const versions = new Map<string, Version>()
  const retiring = new Set<Version>()
  let count = 0

  /**
   * Makes the function or gives it new code (the folder of its asset) or settings: the next invocation has them, running
   * ones end as they are.
   */
  async function put(given: Partial<FunctionConfig> & { FunctionName: string }, code: string): Promise<void> {
    const config = { ...defaults, ...given }
    const { FunctionName: name, MemorySize: memoryMb, Role: roleArn } = config
    if (!/^nodejs\d+\.x$/.test(config.Runtime)) throw new Error(`Runtime ${config.Runtime} is not modelled`)
    const old = versions.get(name)
    if (JSON.stringify([old?.config, old?.code]) === JSON.stringify([config, code])) return
    const codeFolder = join(site.dataDir, 'functions', `${name}-${++count}`)
    await deployCode(code, codeFolder)
    const arn = `arn:aws:sts::${site.accountId}:assumed-role/${roleArn.split('/').at(-1)}/${name}`
    const key = issueKey(keys, { type: 'role', arn, roleArn })
    const { principal } = key
    const logGroup = config.LoggingConfig.LogGroup ?? `/aws/lambda/${name}`
    const logStream = arnOf(site, 'logs', `log-group:${logGroup}:log-stream:local`)
    // Whoever stops at a breakpoint needs time, and one process to look into
    const isDebugged = config.Environment.Variables['NODE_OPTIONS']?.includes('--inspect') ?? false
    const start = () => {
      const isLogged = ['CreateLogStream', 'PutLogEvents'].every((one) => allows(principal, `logs:${one}`, logStream))
      return startEnvironment({
        functionArn: arnOf(site, 'lambda', `function:${name}`),
        handler: config.Handler,
        codeFolder,
        memoryMb,
        timeoutSeconds: isDebugged ? 86_400 : config.Timeout,
        variables: environmentOf(config, logGroup, codeFolder, key, site),
        onLog: (line) => isLogged && functionLog(name, line),
        onTooLarge: (usedMb) => site.warn(`${name} uses ${usedMb} MB of its ${memoryMb} MB: Lambda would kill it`),
      })
    }
    const pool = createPool(start, (error) => site.warn(`${name}: ${error.message}`), isDebugged)
    versions.set(name, { config, code, principal, ...pool })
    if (old) retire(old)
  }

  function retire(version: Version): void {
    retiring.add(version)
    void version.drain().finally(() => retiring.delete(version))
  }

  /** By name or ARN; throws when there is no such function. */
  function find(nameOrArn: string): Version {
    const version = versions.get(nameOrArn.split(':').at(-1) ?? '')
    if (version) return version
    throw new ApiError(404, 'ResourceNotFoundException', `there is no function ${nameOrArn}`)
  }

  async function remove(name: string): Promise<void> {
    retire(find(name))
    versions.delete(name)
  }

  async function close(): Promise<void> {
    await Promise.all([...versions.values(), ...retiring].map((version) => version.close()))
    await rm(join(site.dataDir, 'functions'), { recursive: true, force: true })
  }

  const operations = {
    GetFunctionConfiguration: ({ FunctionName: name }: FunctionConfig) => find(name).config,
  } satisfies Operations
  return { operations, put, remove, find, close }
}

/** The execution environments of one version of a function: used again, the last used first, one more when all are busy. */
function createPool(start: () => Environment, onFailedStart: (error: Error) => void, isOneOnly: boolean) {
  const all = new Set<Environment>()
  const running = new Set<Promise<string>>()
  let idle: Environment[] = []
  const stop = (stopped: Iterable<Environment>) => Promise.all([...stopped].map((environment) => environment.close()))
  // A laptop's memory: what a burst has started does not stay
  const reaper = setTimeout(() => void stop(idle.splice(0, idle.length - 1)), 60_000).unref()

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

  /** Resolves with the JSON that the handler returned, rejects with an error that has an `errorType`. */
  async function invoke(event: string): Promise<string> {
    const result = isOneOnly ? Promise.allSettled(running).then(() => run(event)) : run(event)
    running.add(result)
    return await result.finally(() => running.delete(result))
  }

  /** Starts an environment unless there is one, so that the first invocation finds it. */
  function warm(): void {
    if (all.size > 0) return
    const environment = add()
    idle.push(environment)
    environment.ready.catch((error: Error) => idle.includes(environment) && onFailedStart(error))
  }

  async function close(): Promise<void> {
    idle = []
    await stop(all)
  }

  /** Lets running invocations end first. */
  const drain = () => Promise.allSettled(running).then(close)
  return { invoke, warm, close, drain }
}

/**
 * The whole environment of a function's process: the template's variables and Lambda's own, nothing of the developer's.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
function environmentOf(config: FunctionConfig, logGroup: string, codeFolder: string, key: AccessKey, site: Site) {
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
    AWS_LAMBDA_LOG_GROUP_NAME: logGroup,
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
