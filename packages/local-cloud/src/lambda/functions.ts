import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { AccessKeys } from '../access-keys.ts'
import type { Site } from '../api.ts'
import { deployCode } from './deploy-code.ts'
import { createEnvironmentPool, type EnvironmentPool } from './environment-pool.ts'
import { type EnvironmentOptions, startEnvironment } from './execution-environment.ts'
import { arnOf, environmentOf, type FunctionConfig } from './function-config.ts'

export interface Functions {
  /** Makes the function or gives it new code or settings: the next invocation has them, running ones end as they are. */
  put: (config: FunctionConfig) => Promise<void>
  remove: (name: string) => Promise<void>
  /** Throws when there is no such function. */
  configOf: (name: string) => FunctionConfig
  /** Starts an environment, so that the first invocation finds one. */
  warm: (name: string) => void
  /** Resolves with the JSON that the handler returned, rejects with an InvocationError. */
  invoke: (name: string, event: string) => Promise<string>
  close: () => Promise<void>
}

interface Version {
  config: FunctionConfig
  pool: EnvironmentPool
}

export function createFunctions(
  site: Site,
  keys: AccessKeys,
  functionLog: (functionName: string, line: string) => void,
): Functions {
  const versions = new Map<string, Version>()
  const retiring = new Set<Promise<void>>()
  let count = 0

  async function put(config: FunctionConfig) {
    const old = versions.get(config.name)
    if (JSON.stringify(old?.config) === JSON.stringify(config)) return
    const codeFolder = join(site.dataDir, 'functions', `${config.name}-${++count}`)
    await deployCode(config.code, codeFolder)
    const { name, roleArn, memoryMb } = config
    const arn = `arn:aws:sts::${site.accountId}:assumed-role/${roleArn.slice(roleArn.lastIndexOf('/') + 1)}/${name}`
    const environment: EnvironmentOptions = {
      ...config,
      codeFolder,
      functionArn: arnOf(name, site),
      variables: environmentOf(config, codeFolder, keys.issue({ type: 'role', arn, roleArn }), site),
      onLog: (line) => functionLog(name, line),
      onTooLarge: (usedMb) => site.warn(`${name} uses ${usedMb} MB of its ${memoryMb} MB: Lambda would kill it`),
    }
    const onFailedStart = (error: Error) => site.warn(`${name}: ${error.message}`)
    versions.set(name, { config, pool: createEnvironmentPool(() => startEnvironment(environment), onFailedStart) })
    if (old) retire(old)
  }

  function retire({ pool }: Version) {
    const retired = pool.drain().finally(() => retiring.delete(retired))
    retiring.add(retired)
  }

  function find(name: string): Version {
    const version = versions.get(name)
    if (version) return version
    throw new Error(`there is no function ${name}`)
  }

  return {
    put,
    remove: async (name) => {
      retire(find(name))
      versions.delete(name)
    },
    configOf: (name) => find(name).config,
    warm: (name) => find(name).pool.warm(),
    invoke: (name, event) => find(name).pool.invoke(event),
    close: async () => {
      await Promise.all([...versions.values()].map(({ pool }) => pool.close()))
      await Promise.all(retiring)
      await rm(join(site.dataDir, 'functions'), { recursive: true, force: true })
    },
  }
}
