import type { LocalStep } from './local-session.ts'
import { plural } from './plural.ts'

/** One step of a start as a line for a person. */
export function describeStep(step: LocalStep): string {
  switch (step.type) {
    case 'build':
      return `  build  ${plural(step.subscribers, 'subscriber').padEnd(14)} ${seconds(step.ms)}`
    case 'synth':
      return `  synth  ${plural(step.stacks, 'stack').padEnd(14)} ${seconds(step.ms)}`
    case 'local':
      return [
        `  local  ${step.endpoint}   S3 SNS SQS Lambda DynamoDB`,
        ...step.notices.map((notice) => `         ${notice}`),
      ].join('\n')
  }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1).padStart(5)} s`
