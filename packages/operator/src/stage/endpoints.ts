import { UsageError } from '../exit-codes.ts'

// A forgotten `eval "$(fanout env)"` must not pass the local cloud's answer off as AWS's
export function refuseLoopback(stage: string, environment: NodeJS.ProcessEnv): void {
  for (const [name, url] of endpointsOf(environment)) {
    if (isLoopback(url)) {
      throw new UsageError(`stage ${stage} is on AWS, but ${name} is ${url}: unset it, or leave out --stage`)
    }
  }
}

/** What is meant for this machine must not reach anything else. */
export function refuseRemote(environment: NodeJS.ProcessEnv): void {
  for (const [name, url] of endpointsOf(environment)) {
    if (!isLoopback(url)) {
      throw new UsageError(
        `this is about the local cloud, but ${name} is ${url}: unset it, or name a stage on AWS by --stage`,
      )
    }
  }
}

/** Where a service of the local stage is: another emulator on this machine may take the place of one. */
export function localEndpoint(service: string, usual: string, environment: NodeJS.ProcessEnv): string {
  return environment[`AWS_ENDPOINT_URL_${service}`] || usual
}

function endpointsOf(environment: NodeJS.ProcessEnv): [name: string, url: string][] {
  return Object.entries(environment).flatMap(([name, url]) =>
    name.startsWith('AWS_ENDPOINT_URL') && url && URL.canParse(url) ? [[name, url]] : [],
  )
}

function isLoopback(url: string): boolean {
  const { hostname } = new URL(url)
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
}
