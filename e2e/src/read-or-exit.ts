import * as z from 'zod'

/**
 * What `read` makes of the command line of one of our own commands. `--help` prints the usage; what `read` throws is told in
 * short, and the process ends with 2.
 */
export function readOrExit<T>(program: string, usage: string, read: (args: string[]) => T): T {
  const args = process.argv.slice(2)
  if (args.includes('--help') || args.includes('-h')) {
    console.log(usage)
    process.exit(0)
  }
  try {
    return read(args)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : error.message
    console.error(`${program}: ${reason}\nSee pnpm ${program} --help`)
    process.exit(2)
  }
}
