import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findAppCommands } from '../../src/command-line/app-commands.ts'

test('adds the commands of every app, one or several of them', async () => {
  const root = await createApps({
    words: commandNamed('words'),
    pages: `[${commandNamed('pages')}, ${commandNamed('p')}]`,
  })

  const { names, complaints } = await find(root)

  expect(names).toEqual(['pages', 'p', 'words'])
  expect(complaints).toEqual([])
})

test.each([
  ['throws when it is loaded', 'missing.name'],
  ['has no default export', 'undefined'],
  ['wants a name that is taken', commandNamed('start')],
  ['wants a flag that is taken', commandNamed('thumbs', "[{ flags: '--json', description: '' }]")],
])('leaves out an app that %s, names it, and keeps the others', async (_why, commands) => {
  const root = await createApps({ broken: commands, words: commandNamed('words') })

  const { names, complaints } = await find(root)

  expect(names).toEqual(['words'])
  expect(complaints).toEqual([expect.stringMatching(/^apps\/broken\/commands\.ts: /)])
})

test('finds none in a workspace without apps', async () => {
  const { names } = await find(await mkdtemp(join(tmpdir(), 'fanout-no-apps-')))

  expect(names).toEqual([])
})

async function find(root: string) {
  const complaints: string[] = []
  const commands = await findAppCommands(root, ['start'], (reason) => complaints.push(reason))
  return { names: [...commands.keys()], complaints }
}

async function createApps(apps: Record<string, string>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'fanout-apps-'))
  for (const [name, commands] of Object.entries(apps)) {
    await mkdir(join(root, 'apps', name), { recursive: true })
    await writeFile(join(root, 'apps', name, 'commands.ts'), `export default ${commands}\n`)
  }
  return root
}

function commandNamed(name: string, options = '[]'): string {
  return `{ name: '${name}', description: '', options: ${options}, example: '', run: () => {}, describe: () => '' }`
}
