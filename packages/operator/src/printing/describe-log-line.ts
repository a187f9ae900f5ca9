import * as z from 'zod'
import { printable } from './printable.ts'

const LogEntry = z.looseObject({ level: z.string(), message: z.string() })

// What the logger says of every line, and the line's first words
const KNOWN = new Set(['level', 'message', 'timestamp', 'subscriber', 'requestId', 'bucket', 'messageId'])

/** A line that a function logged, for a person; undefined for a delivery that is settled, which is told as such. */
export function describeLogLine(line: string): string | undefined {
  const value = parseObject(line)
  if (value === undefined) return describeText(line)
  const { success, data: entry } = LogEntry.safeParse(value)
  if (!success) return printable(line)
  if ('receiveCount' in value && entry.message !== 'retry') return undefined
  const rest = Object.entries(entry).filter(([name]) => !KNOWN.has(name))
  const fields = rest.map(([name, field]) => `${name}=${typeof field === 'string' ? field : JSON.stringify(field)}`)
  return printable([entry.level, entry.message, ...fields].join('  '))
}

function parseObject(line: string): object | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/** Lambda's runtime writes time, request id and level before what a function prints. */
function describeText(line: string): string | undefined {
  const [, level, text] = /^\S+Z\t\S+\t([A-Z]+)\t(.*)$/s.exec(line) ?? []
  const described = printable((level === undefined ? line : `${level}  ${text}`).replaceAll('\t', '  '))
  return described.trim() === '' || isOfDebugger(line) ? undefined : described
}

const isOfDebugger = (line: string) => /^(Debugger (attached|ending)|For help, see: https:\/\/nodejs)/.test(line)
