import * as z from 'zod'

/** What the functions' logs say that a run wants to know. */
export interface FunctionLogs {
  add: (functionName: string, line: string) => void
  /** The last thing that went wrong in a function, as it said it. */
  lastComplaint: (functionName: string) => string | undefined
}

/**
 * Reads function logs as they come.
 * @param onKey called with the key of an object that a line is about
 */
export function createFunctionLogs(onKey: (key: string) => void): FunctionLogs {
  const complaints = new Map<string, string>()
  return {
    add: (functionName, line) => {
      if (isMetrics(line)) return
      const entry = parseEntry(line)
      if (entry?.key !== undefined) onKey(entry.key)
      if (entry ? COMPLAINTS.has(entry.level) : /error|exception/i.test(line)) complaints.set(functionName, line)
    },
    lastComplaint: (functionName) => complaints.get(functionName),
  }
}

// A dead letter's reason in it is the name of an error, which was logged as such
const isMetrics = (line: string): boolean => line.startsWith('{"_aws"')

const COMPLAINTS: ReadonlySet<string> = new Set(['WARN', 'ERROR', 'CRITICAL'])

const LogEntry = z.object({ level: z.string(), key: z.string().optional() })

/** Undefined for a line that is not of our own logger: an uncaught error, a line of the runtime. */
function parseEntry(line: string): z.infer<typeof LogEntry> | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    return LogEntry.safeParse(JSON.parse(line)).data
  } catch {
    return undefined
  }
}
