import * as z from 'zod'

/** What the functions log while they run. */
export interface FunctionLogs {
  add: (functionName: string, line: string) => void
  /** Tells every line from now on, and what our own logger says in it. */
  follow: (listener: (functionName: string, line: string, entry: LogEntry | undefined) => void) => void
  /** The last thing that went wrong in a function, as it said it. */
  lastComplaint: (functionName: string) => string | undefined
}

export function createFunctionLogs(): FunctionLogs {
  const complaints = new Map<string, string>()
  const listeners: Parameters<FunctionLogs['follow']>[0][] = []
  return {
    add: (functionName, line) => {
      if (isMetrics(line)) return
      const entry = parseEntry(line)
      if (entry ? COMPLAINTS.has(entry.level) : /error|exception/i.test(line)) complaints.set(functionName, line)
      for (const listen of listeners) listen(functionName, line, entry)
    },
    follow: (listener) => void listeners.push(listener),
    lastComplaint: (functionName) => complaints.get(functionName),
  }
}

// A dead letter's reason in it is the name of an error, which was logged as such
const isMetrics = (line: string): boolean => line.startsWith('{"_aws"')

const COMPLAINTS: ReadonlySet<string> = new Set(['WARN', 'ERROR', 'CRITICAL'])

/** `key`: of the object that the line is about. */
const LogEntry = z.object({ level: z.string(), key: z.string().optional() })
type LogEntry = z.infer<typeof LogEntry>

/** Undefined for a line that is not of our own logger: an uncaught error, a line of the runtime. */
function parseEntry(line: string): LogEntry | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    return LogEntry.safeParse(JSON.parse(line)).data
  } catch {
    return undefined
  }
}
