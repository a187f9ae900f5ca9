import { startLab } from './lab.ts'
import { removeEach } from './remove-each.ts'

/** `node e2e/src/permissions/main.ts [STAGE]`: each statement of the templates, taken away alone, must be missed. */
const [stage = 'dev'] = process.argv.slice(2)
const lab = await startLab(stage)
let missed = 0
let count = 0
try {
  for await (const { stack, name, denied, isRight } of removeEach(lab)) {
    count++
    if (!isRight) missed++
    console.log(`${isRight ? 'ok  ' : 'FAIL'}  ${stack.padEnd(22)} ${name}: ${denied ?? 'nothing was denied'}`)
  }
} finally {
  await lab.close()
}
console.log(`\n${count} statements taken away, ${count - missed} missed by somebody, ${missed} not`)
if (missed > 0) process.exitCode = 1
