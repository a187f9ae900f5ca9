import { describeStep } from './describe-step.ts'
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
    laterDelivery: (record) => console.log(JSON.stringify(record)),
  }
}
