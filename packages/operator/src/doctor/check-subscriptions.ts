import { GetSubscriptionAttributesCommand, ListSubscriptionsByTopicCommand, SNSClient } from '@aws-sdk/client-sns'
import type { SubscriberRegistration } from '@fanout/schemas'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Stage } from '../stage/stage.ts'
import { unlessNotImplemented } from '../stage/status-of.ts'
import { ok, problem, unknown, warning, type Finding } from './finding.ts'
import * as z from 'zod'

/** Whether each subscriber hears what its template says, and where what cannot be delivered goes. */
export async function checkSubscriptions(stage: Stage, root: string): Promise<Finding[]> {
  const sns = new SNSClient(stage.settingsFor('SNS'))
  try {
    const arns = await unlessNotImplemented(listSubscriptions(sns, stage.topicArn))
    if (arns === undefined) return [unknown('subscriptions', 'this stage does not tell who hears the topic')]
    return await Promise.all(
      stage.subscribers.map(async (subscriber) => {
        const arn = arns.get(nameOf(subscriber.queueUrl))
        return arn === undefined ? notSubscribed(subscriber) : await checkOne(sns, arn, subscriber, root, stage.name)
      }),
    )
  } finally {
    sns.destroy()
  }
}

const nameOf = (queueUrl: string): string => queueUrl.slice(queueUrl.lastIndexOf('/') + 1)
const deploy = (name: string): string => `pnpm turbo run deploy --filter=@fanout/${name}, with this STAGE`

function notSubscribed({ name }: SubscriberRegistration): Finding {
  return problem(`subscription of ${name}`, 'its queue does not hear the topic', deploy(name))
}

/** Subscription ARNs by the name of the queue. */
async function listSubscriptions(sns: SNSClient, TopicArn: string): Promise<Map<string, string>> {
  const arns = new Map<string, string>()
  let NextToken: string | undefined
  do {
    const page = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn, NextToken }))
    for (const { Endpoint = '', SubscriptionArn = '' } of page.Subscriptions ?? []) {
      arns.set(Endpoint.slice(Endpoint.lastIndexOf(':') + 1), SubscriptionArn)
    }
    NextToken = page.NextToken
  } while (NextToken !== undefined)
  return arns
}

async function checkOne(
  sns: SNSClient,
  SubscriptionArn: string,
  subscriber: SubscriberRegistration,
  root: string,
  stage: string,
): Promise<Finding> {
  const reply = await unlessNotImplemented(sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn })))
  const check = `subscription of ${subscriber.name}`
  if (reply === undefined) return ok(check, 'its queue hears the topic (this stage does not tell the filter)')
  return judgeSubscription(reply.Attributes ?? {}, subscriber, readFilter(root, subscriber.name, stage))
}

/** @param filter of the synthesized template; undefined where there is none to compare with */
export function judgeSubscription(
  attributes: Readonly<Record<string, string>>,
  { name, deadLetterQueueUrl }: Pick<SubscriberRegistration, 'name' | 'deadLetterQueueUrl'>,
  filter: object | 'none' | undefined,
): Finding {
  const check = `subscription of ${name}`
  const { deadLetterTargetArn = '' } = parse(attributes['RedrivePolicy'])
  if (!deadLetterTargetArn.endsWith(`:${nameOf(deadLetterQueueUrl)}`)) {
    return problem(
      check,
      'what SNS cannot deliver is lost: it has no dead-letter queue of this subscriber',
      deploy(name),
    )
  }
  if (filter === undefined) return ok(check, 'hears the topic; nothing is synthesized here to compare its filter with')
  const deployed = attributes['FilterPolicy'] === undefined ? 'none' : parse(attributes['FilterPolicy'])
  if (isDeepStrictEqual(deployed, filter)) return ok(check, 'hears what its template says')
  return warning(check, 'its filter is not the one of the template in this workspace', deploy(name))
}

const Template = z.object({
  Resources: z.record(
    z.string(),
    z.object({ Type: z.string(), Properties: z.object({ FilterPolicy: z.looseObject({}).optional() }).optional() }),
  ),
})

function readFilter(root: string, name: string, stage: string): object | 'none' | undefined {
  const folder = join(root, 'apps', name, 'cdk.out')
  if (!existsSync(folder)) return undefined
  const file = readdirSync(folder).find((one) => one.endsWith('.template.json') && one.includes(`-${stage}-`))
  if (file === undefined) return undefined
  const { Resources } = Template.parse(JSON.parse(readFileSync(join(folder, file), 'utf8')))
  const { Subscription } = Resources
  return Subscription ? (Subscription.Properties?.FilterPolicy ?? 'none') : undefined
}

const Policy = z.looseObject({ deadLetterTargetArn: z.string().optional() })

function parse(text = '{}'): z.infer<typeof Policy> {
  return Policy.parse(JSON.parse(text))
}
