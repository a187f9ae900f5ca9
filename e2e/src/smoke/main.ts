import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { closeStage, openStage } from '@fanout/operator'
import { ROOT } from '../bench/workspace.ts'
import { runSmoke } from './run-smoke.ts'

/**
 * `pnpm smoke --stage dev`: the main scenario on a stage that is deployed, by your own credentials. It costs a few cents at most, and
 * removes what it uploads; old versions expire. The transcript goes to docs/smoke/, to be kept. `--stage local` tries the script itself.
 */
const { values } = parseArgs({
  options: {
    stage: { type: 'string' },
    profile: { type: 'string' },
    region: { type: 'string' },
    port: { type: 'string' },
    transcript: { type: 'string' },
  },
})
const { stage: name, profile, region, port, transcript } = values
if (name === undefined) {
  console.error('smoke: say on which stage: pnpm smoke --stage dev')
  process.exit(2)
}

const stage = await openStage(ROOT, {
  stage: name,
  ...(profile === undefined ? {} : { profile }),
  ...(region === undefined ? {} : { region }),
  ...(port === undefined ? {} : { port: Number(port) }),
})
const startedAt = new Date().toISOString()
const lines: string[] = []
const say = (line: string) => {
  lines.push(line)
  console.log(line)
}
let failures = 0
try {
  say(`${startedAt}  account ${stage.account}  region ${stage.region}  stage ${stage.name}`)
  say(`subscribers: ${stage.subscribers.map((one) => one.name).join(', ')}`)
  await runSmoke(stage, ({ text, isFine }) => {
    failures += isFine ? 0 : 1
    say(`${isFine ? 'ok    ' : 'WRONG '} ${text}`)
  })
} catch (error) {
  failures += 1
  say(`WRONG  ${error instanceof Error ? error.message : String(error)}`)
} finally {
  closeStage(stage)
}
say(failures === 0 ? 'all as expected' : `${failures} not as expected`)

const file =
  transcript ??
  (stage.isLocal ? undefined : join(ROOT, 'docs/smoke', `${startedAt.slice(0, 16).replace(':', '')}-${name}.txt`))
if (file !== undefined) {
  await mkdir(join(file, '..'), { recursive: true })
  await writeFile(file, `${lines.join('\n')}\n`)
  console.log(`transcript: ${file}`)
}
process.exitCode = failures === 0 ? 0 : 1
