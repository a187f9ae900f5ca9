import type { AccessKey } from '../access-keys.ts'
import type { Site } from '../api.ts'

/** A function as its template describes it. */
export interface FunctionConfig {
  name: string
  /** The folder of its asset. */
  code: string
  handler: string
  /** `nodejs24.x`; it runs on the Node that runs the local cloud. */
  runtime: string
  memoryMb: number
  timeoutSeconds: number
  roleArn: string
  logGroup: string
  variables: Record<string, string>
}

/**
 * The whole environment of a function's process: the template's variables and Lambda's own, nothing of the developer's.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
export function environmentOf(config: FunctionConfig, codeFolder: string, key: AccessKey, site: Site) {
  return {
    ...config.variables,
    PATH: '/usr/local/bin:/usr/bin:/bin',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    _HANDLER: config.handler,
    LAMBDA_TASK_ROOT: codeFolder,
    AWS_EXECUTION_ENV: `AWS_Lambda_${config.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: config.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(config.memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: config.logGroup,
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

export function arnOf(functionName: string, site: Site): string {
  return `arn:aws:lambda:${site.region}:${site.accountId}:function:${functionName}`
}
