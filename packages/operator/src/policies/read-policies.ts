import { join } from 'node:path'
import { resolvePolicies } from '@fanout/local-cloud'
import { registrationPaths } from '@fanout/schemas'
import { runTurbo } from '../local-session/run-turbo.ts'
import type { Stage } from '../stage/stage.ts'
import { findSubscriberFolders } from '../workspace.ts'

export interface StagePolicies {
  readonly stage: string
  readonly account: string
  readonly region: string
  readonly policies: readonly Policy[]
}

export interface Policy {
  readonly stack: string
  /** Of the resource that brings the policy. */
  readonly id: string
  /** Of the role or resource that it belongs to. */
  readonly arn: string
  readonly document: unknown
}

/** As the local cloud would name everything: CloudFormation ends its generated names in another way at each deploy. */
export async function readPolicies(root: string, stage: string, place: { account: string; region: string }) {
  await runTurbo(root, 'synth')
  const folders = [join(root, 'infra'), ...(await findSubscriberFolders(root))]
  const assemblies = folders.map((folder) => join(folder, 'cdk.out'))
  const { policies, parameters } = await resolvePolicies(assemblies, { accountId: place.account, region: place.region })
  return { stage, ...place, policies, parameters }
}

/** The same with the names that a stage on AWS gave them, as far as it registered them: topic, buckets, tables, queues, functions. */
export async function readDeployedPolicies(root: string, stage: Stage): Promise<StagePolicies> {
  const { name, account, region } = stage
  const { policies, parameters } = await readPolicies(root, name, { account, region })
  const names = namesOf(parameters, stage)
  let text = JSON.stringify(policies)
  for (const [here, there] of names) text = text.replaceAll(here, there)
  return { stage: name, account, region, policies: JSON.parse(text) }
}

/** What the templates alone would call a thing, and what the stage calls it. */
function namesOf(parameters: Readonly<Record<string, string>>, stage: Stage): [string, string][] {
  const paths = registrationPaths(stage.name)
  const pairs: [string | undefined, string | undefined][] = [
    [parameters[paths.topicArn], stage.topicArn],
    [parameters[paths.uploadsBucket], stage.uploadsBucket],
    [parameters[paths.deliveriesTable], stage.deliveriesTable],
  ]
  for (const { name, functionName, queueUrl, deadLetterQueueUrl, resources } of stage.subscribers) {
    const here = JSON.parse(parameters[`${paths.subscribers}${name}`] ?? '{}')
    pairs.push([here.functionName, functionName])
    pairs.push([queueName(here.queueUrl), queueName(queueUrl)])
    pairs.push([queueName(here.deadLetterQueueUrl), queueName(deadLetterQueueUrl)])
    for (const [env, resource] of Object.entries(resources)) pairs.push([here.resources?.[env], resource])
  }
  return pairs.flatMap(([here, there]) => (here && there ? [[here, there] as [string, string]] : []))
}

const queueName = (url: string | undefined) => url?.slice(url.lastIndexOf('/') + 1)
