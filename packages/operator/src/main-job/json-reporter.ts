import { describeChange } from './describe-change.ts'
import { describeLogLine } from '../printing/describe-log-line.ts'
import { describeStep } from '../local-session/describe-step.ts'
import { createRunDocument } from './run-document.ts'
import type { RunReporter } from './run-main-job.ts'

/** One JSON document of the run, then one line for each later delivery; everything else goes to standard error. */
export function createJsonReporter(): RunReporter {
  return {
    step: (step) => console.error(describeStep(step)),
    warning: (line) => console.error(`  ${line}`),
    begin: () => {},
    delivery: () => {},
    settled: (objects, subscribers) => console.log(JSON.stringify(createRunDocument(objects, subscribers))),
    idle: async ({ endpoint }) => console.error(`  local  ${endpoint} runs on; stop it with Ctrl-C`),
    functionLog: (subscriber, line) => {
      const described = describeLogLine(line)
      if (described !== undefined) console.error(`  ${subscriber}  ${described}`)
    },
    change: (change) => describeChange(change).forEach((line) => console.error(`  ${line}`)),
    laterDelivery: (record) => console.log(JSON.stringify(record)),
  }
}
