import { invalidParameter } from './message.ts'

/** What a queue acts on, read from the attributes that CloudFormation or the API gives it. */
export interface QueueSettings {
  visibilitySeconds: number
  retentionSeconds: number
  delaySeconds: number
  waitSeconds: number
  maximumBytes: number
  redrive: { deadLetterTargetArn: string; maxReceiveCount: number } | undefined
}

const defaults = {
  VisibilityTimeout: '30',
  MessageRetentionPeriod: '345600',
  DelaySeconds: '0',
  ReceiveMessageWaitTimeSeconds: '0',
  MaximumMessageSize: '1048576',
}

/** Attributes as GetQueueAttributes tells them: all text, policies as JSON. */
export function normalizeAttributes(attributes: Record<string, unknown>): Record<string, string> {
  const given = Object.entries(attributes).filter(([, value]) => value !== undefined)
  return {
    ...defaults,
    ...Object.fromEntries(
      given.map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
    ),
  }
}

export function readSettings(attributes: Record<string, string>): QueueSettings {
  return {
    visibilitySeconds: numberOf(attributes, 'VisibilityTimeout', 0, 43_200),
    retentionSeconds: numberOf(attributes, 'MessageRetentionPeriod', 60, 1_209_600),
    delaySeconds: numberOf(attributes, 'DelaySeconds', 0, 900),
    waitSeconds: numberOf(attributes, 'ReceiveMessageWaitTimeSeconds', 0, 20),
    maximumBytes: numberOf(attributes, 'MaximumMessageSize', 1024, 1_048_576),
    redrive: readRedrivePolicy(attributes['RedrivePolicy']),
  }
}

function numberOf(attributes: Record<string, string>, name: string, least: number, most: number): number {
  const value = Number(attributes[name])
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw invalidParameter(`Invalid value for the parameter ${name}: ${attributes[name]}.`)
}

function readRedrivePolicy(text: string | undefined): QueueSettings['redrive'] {
  if (!text) return undefined
  const policy: { deadLetterTargetArn?: string; maxReceiveCount?: number | string } = JSON.parse(text)
  // A number in CloudFormation, often a string in the API
  const maxReceiveCount = Number(policy.maxReceiveCount)
  if (policy.deadLetterTargetArn && maxReceiveCount >= 1 && maxReceiveCount <= 1000) {
    return { deadLetterTargetArn: policy.deadLetterTargetArn, maxReceiveCount }
  }
  throw invalidParameter(`Value ${text} for parameter RedrivePolicy is invalid.`)
}

export function checkRange(name: string, value: number, least: number, most: number): number {
  if (value >= least && value <= most) return value
  throw invalidParameter(
    `Value ${value} for parameter ${name} is invalid. Reason: Must be between ${least} and ${most}, if provided.`,
  )
}
