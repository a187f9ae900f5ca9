import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { closeStage, openStage, type Stage } from '@fanout/operator'
import { ROOT } from '../workspace.ts'
import { readOptions, USAGE } from './read-options.ts'
import { runSmoke } from './run-smoke.ts'

/** `pnpm smoke --stage dev`: exits 0 when all was as expected, 1 when something was not, 2 when it could not begin. */
try {
  const options = readOptions(process.argv.slice(2))
  if (options) {
    const stage = await openStage(ROOT, options.choice)
    process.exitCode = (await tryStage(stage, options.transcript)) ? 0 : 1
  } else console.log(USAGE)
} catch (error) {
  console.error(`smoke: ${messageOf(error)}`)
  process.exitCode = 2
}

/** Whether everything was as expected. */
async function tryStage(stage: Stage, transcript: string | undefined): Promise<boolean> {
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
    say(`WRONG  ${messageOf(error)}`)
  } finally {
    closeStage(stage)
  }
  say(failures === 0 ? 'all as expected' : `${failures} not as expected`)
  const file = transcript ?? (stage.isLocal ? undefined : defaultTranscript(startedAt, stage.name))
  if (file !== undefined) {
    await mkdir(join(file, '..'), { recursive: true })
    await writeFile(file, `${lines.join('\n')}\n`)
    console.log(`transcript: ${file}`)
  }
  return failures === 0
}

const defaultTranscript = (startedAt: string, stage: string): string =>
  join(ROOT, 'docs/smoke', `${startedAt.slice(0, 16).replace(':', '')}-${stage}.txt`)

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
