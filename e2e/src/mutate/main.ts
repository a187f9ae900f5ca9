import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { mutations } from './mutations/index.ts'
import { runMutation } from './run-mutation.ts'
import { scratchCopy } from './scratch-copy.ts'

/** `pnpm mutate [--only PATH]`: breaks one rule at a time in a scratch copy and says which test noticed. */
const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } })
const chosen = mutations.filter(({ file }) => file.includes(values.only))
if (chosen.length === 0) {
  console.error(`mutate: no mutation of a file with "${values.only}" in its path`)
  process.exit(2)
}

const copy = scratchCopy(join(import.meta.dirname, '../../..'))
let noticed = 0
try {
  for (const mutation of chosen) {
    const verdict = await runMutation(mutation, copy)
    if (verdict.isNoticed) noticed += 1
    console.log(`${verdict.isNoticed ? 'noticed' : 'MISSED '}  ${mutation.breaks}\n         ${verdict.by}`)
  }
} finally {
  rmSync(copy, { recursive: true, force: true })
}
console.log(`\n${noticed} of ${chosen.length} noticed`)
process.exitCode = noticed === chosen.length ? 0 : 1
