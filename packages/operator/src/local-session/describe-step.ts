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
      return [`  local  ${endpoint}`, ...describeNotices(step.notices)].join('\n')
    }
  }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1).padStart(5)} s`

const INDENT = ' '.repeat(9)
const WIDTH = 120

/** What the templates ask for and nothing here does, as a paragraph. */
function describeNotices(notices: readonly string[]): string[] {
  if (notices.length === 0) return []
  const words = `no effect here: ${notices.map((notice) => notice.replace(/^AWS::/, '')).join('; ')}`.split(' ')
  const lines: string[] = []
  for (const word of words) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length < WIDTH) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(`${INDENT}${word}`)
  }
  return lines
}
