/**
 * A command that an app adds to `fanout`: the very code of its job on local files. It is the default export of the app's
 * `commands.ts`, which the operator finds by folder. The operator reads the file names (arguments or `--stdin`), runs one
 * file at a time so that memory stays bounded, and prints one line per file: JSON with `--json`.
 *
 * @example
 * export default {
 *   name: 'words',
 *   description: 'Counts the words of text files.',
 *   options: [],
 *   example: 'pnpm -s fanout words notes.txt --json',
 *   run: async (file) => ({ words: countWords(await readFile(file, 'utf8')) }),
 *   describe: ({ words }) => `${words} words`,
 * } satisfies FileCommand
 */
export interface FileCommand {
  /** The word after `fanout`. */
  name: string
  description: string
  /** Beside `--json` and `--stdin`, e.g. `{ flags: '--out <dir>', description: 'where the renditions go' }`. */
  options: readonly { flags: string; description: string }[]
  /** A whole command line. */
  example: string
  /**
   * Works on one file. What it answers is the JSON line, after `file`; null where a fact is absent. It throws only when the file
   * cannot be read at all: that is an error of the command, and the other files go on.
   * @param options by their camel-case names; undefined for an option that was not given
   */
  run(file: string, options: Readonly<Record<string, string | undefined>>): Promise<Record<string, unknown>>
  /** The same for a person, in one line without the file's name. */
  describe(result: Record<string, unknown>): string
}
