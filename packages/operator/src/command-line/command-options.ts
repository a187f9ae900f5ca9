import { InvalidArgumentError, Option } from 'commander'
import { DEFAULT_PORT } from '../stage/connection.ts'

/** Tells the process's exit code, where it is not 0. */
export type SetExitCode = (code: number) => void

export const jsonOption = () => new Option('--json', 'print JSON and nothing else')

export const stageOption = () =>
  new Option('--stage <name>', 'a stage on AWS, or local (default: the local cloud that runs here, or else $STAGE)')

export const portOption = () => new Option('--port <number>', "the local cloud's port").argParser(parsePort)

export const localPortOption = () => portOption().default(DEFAULT_PORT)

export const ephemeralOption = () => new Option('--ephemeral', 'keep nothing: objects and tables go with the run')

export const timeScaleOption = () =>
  new Option('--time-scale <number>', 'let retries, delays and schedules pass this many times faster').argParser(
    parseScale,
  )

export const example = (...lines: string[]): string => `\nExample:\n${lines.map((line) => `  $ ${line}`).join('\n')}`

function parsePort(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('It is not a port: 0 to 65535.')
  return port
}

function parseScale(text: string): number {
  const scale = Number(text)
  if (!(scale > 0 && Number.isFinite(scale))) throw new InvalidArgumentError('It is not a positive number.')
  return scale
}
