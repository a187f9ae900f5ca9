import { parseArgs, type ParseArgsConfig } from 'node:util'

/**
 * The command line of one of our own commands. `--help` prints the usage; what it does not know is told in one line, and the
 * process ends with 2.
 */
export function readArguments<Config extends ParseArgsConfig>(usage: string, config: Config) {
  if (process.argv.includes('--help')) {
    console.log(usage)
    process.exit(0)
  }
  try {
    return parseArgs(config)
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
    process.exit(2)
  }
}
