import { describe, expect, test } from 'vitest'
import { runCli } from './run-cli.ts'

const commands = await listCommands()
const commandsOfDlq = await listCommands('dlq')

test('help lists the commands, those of apps too', () => {
  expect(commands).toEqual(expect.arrayContaining(['start', 'status', 'dlq', 'policies', 'thumbnail']))
  expect(commandsOfDlq).toEqual(['list', 'peek', 'redrive', 'discard'])
})

describe.each([...commands.map((name) => [name]), ...commandsOfDlq.map((name) => ['dlq', name])])(
  '%s %s',
  (...words) => {
    test('shows an example in its help', async () => {
      const { code, stdout } = await runCli([...words, '--help'])

      expect(code).toBe(0)
      expect(stdout).toMatch(/\nExample:\n {2}\S/)
    })

    test('refuses an unknown flag with the nearest one', async () => {
      const { code, stderr } = await runCli([...words, '--hlep'])

      expect(code).toBe(2)
      expect(stderr).toContain('Did you mean --help?')
    })
  },
)

/** As a person sees them: indented by two, in the order of the help. */
async function listCommands(...words: string[]): Promise<string[]> {
  const { stdout } = await runCli([...words, '--help'])
  const [, list = ''] = stdout.split('\nCommands:\n')
  return [...list.matchAll(/^ {2}([a-z]\S*)/gm)].map(([, name = '']) => name).filter((name) => name !== 'help')
}
