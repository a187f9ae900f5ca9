import type { Change } from '../inner-loop/inner-loop.ts'
import { printable } from '../printing/printable.ts'

/** What became of a change that somebody saved, as lines for a person. */
export function describeChange(change: Change): string[] {
  switch (change.type) {
    case 'code':
      return [`${change.what}  rebuilt in ${seconds(change.ms)}, used by the next event`]
    case 'stack':
      return [`${change.what}  synthesized and changed in ${seconds(change.ms)}, used by the next event`]
    case 'new stack':
      return [`${change.what}  new, runs after ${seconds(change.ms)}`]
    case 'gone':
      return [`${change.what}  its folder is gone; its stack runs until the next start`]
    case 'failed': {
      const lines = change.message.split('\n').map(printable)
      return [`${change.what}  cannot be taken over, what ran before runs on:`, ...lines.map((line) => `  ${line}`)]
    }
  }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`
