import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildNotification } from '@fanout/event-parsing/testing'
import { writeSampleImages } from '@fanout/operator'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { startRecorder, type Recorder } from '../src/aws-recorder/recorder.ts'
import { isForAws, isServer, toTyped } from '../src/documented/command-kinds.ts'
import { findDocumentedCommands } from '../src/documented/find-commands.ts'
import { createReader, type Reader, type Typed } from '../src/documented/reader.ts'

vi.setConfig({ testTimeout: 130_000, hookTimeout: 130_000 })

const root = join(import.meta.dirname, '../..')

/** Not run here, and why. */
const NOT_HERE: Readonly<Record<string, string>> = {
  'npm install -g pnpm@12': 'changes the machine',
  'npx -y pnpm@12 test': 'runs this test',
  'pnpm test': 'runs this test',
  'pnpm drill --faults': 'takes a minute: run by e2e/src/checks/drills.ts',
  'pnpm -s drill --faults': 'takes a minute: run by e2e/src/checks/drills.ts',
  'pnpm bench local-cloud': 'takes half a minute: run by .ci/run',
  'pnpm --filter @fanout/e2e test drill-dead-letters': 'is run beside this test',
  'pnpm exec node e2e/src/checks/operate.ts': 'takes three minutes: run by .ci/run',
  'pnpm exec node e2e/src/permissions/main.ts [STAGE]': 'takes minutes: e2e/test/permissions.test.ts does the same',
  'turbo gen': 'named as what is not used',
  'aws s3 sync': 'named as what the local cloud serves',
}

const documented = findDocumentedCommands(root)
const commands = new Set(
  documented
    .filter(({ command }) => !(command in NOT_HERE))
    // Those have a test of their own: e2e/test/operate.test.ts
    .filter(({ page, isMention }) => page !== 'docs/operations.md' || isMention)
    // So have these, unless they are about an app that the page makes: e2e/test/deploy.test.ts
    .filter((one) => !isForAws(one) || one.command.includes('word-count'))
    .map(toTyped)
    .map((command) => command.replace('npx -y pnpm@12', 'pnpm')),
)
const [servers, others] = [[...commands].filter(isServer), [...commands].filter((command) => !isServer(command))]

let reader: Reader
let aws: Recorder
beforeAll(async () => {
  aws = await startRecorder()
  reader = await createReader(root)
  await layOutFiles(reader.folder)
})
afterAll(async () => {
  reader?.leave()
  await aws?.close()
})

test('there are commands of every kind', () => {
  expect([servers.length > 4, others.length > 30]).toEqual([true, true])
})

test('what is not run here is still on a page', () => {
  const gone = Object.keys(NOT_HERE).filter((command) => !documented.some((one) => one.command === command))

  expect(gone).toEqual([])
})

test.each(servers)('%s', async (command) => {
  const stop = await reader.typeAndLeave(command)

  expect(outcomeOf(await stop(), 130)).toBe('done')
})

describe('while the pipeline runs', () => {
  let stop: () => Promise<Typed>
  beforeAll(async () => {
    stop = await reader.typeAndLeave('pnpm start IMG_2041.jpg photo.jpg')
  })
  afterAll(() => stop?.())

  test.each(others)('%s', async (command) => {
    expect(outcomeOf(await reader.type(command, isForAws({ command }) ? account() : {}))).toBe('done')
  })

  test('the one app that was deployed is one change set', () => {
    expect(aws.account.changeSets.map(({ type, stack }) => `${type} ${stack}`)).toEqual(['CREATE Fanout-dev-WordCount'])
  })
})

test.each([
  ['pnpm fanout statsu', "unknown command 'statsu'"],
  ['pnpm start --prot 1', "unknown option '--prot'"],
  ['pnpm turbo run sinth', 'could not find'],
  ['pnpm no-such-script', 'no-such-script'],
])('a page that said %s would be noticed', async (command, complaint) => {
  const outcome = outcomeOf(await reader.type(command))

  expect(outcome.toLowerCase()).toContain(complaint)
})

/** 3 is what the operator's commands end with when there is something to look at. */
function outcomeOf({ code, output }: Typed, ...others: number[]): string {
  return code !== null && [0, 3, ...others].includes(code) ? 'done' : `ended with ${code}: ${output}`
}

/** As if the hub of the stage were there. */
function account(): Record<string, string> {
  aws.account.parameters.set('/fanout/dev/hub/topic-arn', 'arn:aws:sns:eu-west-1:111111111111:topic')
  return {
    AWS_ENDPOINT_URL: aws.endpoint,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'secret',
  }
}

/** What the pages speak of as the reader's own files. */
async function layOutFiles(folder: string): Promise<void> {
  const pictures = join(folder, 'home/Pictures')
  const samples = await writeSampleImages(join(folder, 'home'))
  const photo = samples.find((path) => path.endsWith('dunes.jpg'))
  if (photo === undefined || !existsSync(photo)) throw new Error('no sample is called dunes.jpg')
  for (const path of ['IMG_2041.jpg', 'photo.jpg', 'more/more.jpg'])
    cpSync(photo, join(folder, path), { recursive: true })
  mkdirSync(pictures)
  cpSync(photo, join(pictures, 'dunes.jpg'))
  writeFileSync(join(folder, 'notes.txt'), 'Three words here\n')
  writeFileSync(join(folder, 'event.json'), buildNotification({ key: 'a b.jpg' }))
}
