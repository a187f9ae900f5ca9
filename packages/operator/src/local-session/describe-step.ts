import type { LocalStep } from './local-session.ts'
import { plural } from '../printing/plural.ts'

/** One step of a start as lines for a person. */
export function describeStep(step: LocalStep): string {
  switch (step.type) {
    case 'build':
      return `  build  ${plural(step.subscribers, 'subscriber').padEnd(14)} ${seconds(step.ms)}`
    case 'synth':
      return `  synth  ${plural(step.stacks, 'stack').padEnd(14)} ${seconds(step.ms)}`
    case 'local': {
      const endpoint = `${step.endpoint}   S3 SNS SQS Lambda DynamoDB, permissions enforced`
      const hint = '         what of the templates has no effect here: pnpm fanout doctor'
      return step.notices.length === 0 ? `  local  ${endpoint}` : `  local  ${endpoint}\n${hint}`
    }
  }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1).padStart(5)} s`
