/** One line that a function logged. */
export interface LogEntry {
  /** ISO 8601; undefined where the line does not say. */
  timestamp: string | undefined
  level: string
  message: string
  requestId: string | undefined
  key: string | undefined
  /** What else it says. */
  fields: Record<string, unknown>
}

export interface LogQuery {
  key?: string
  requestId?: string
  /** ISO 8601. */
  since?: string
}

/** Undefined for a metric, which is a line, too. A line that is no JSON is a message. */
export function toLogEntry(line: string, loggedAt?: string): LogEntry | undefined {
  const value = parseObject(line)
  if (!value)
    return {
      timestamp: loggedAt,
      level: 'INFO',
      message: line,
      requestId: requestIdIn(line),
      key: undefined,
      fields: {},
    }
  if ('_aws' in value) return undefined
  const { timestamp, level, message, requestId, key, ...fields } = value
  return {
    timestamp: textOf(timestamp) ?? loggedAt,
    level: textOf(level) ?? 'INFO',
    message: textOf(message) ?? '',
    requestId: textOf(requestId) ?? requestIdIn(textOf(message) ?? ''),
    key: textOf(key),
    fields,
  }
}

/** A key in a log line may be cut short. */
export function isAskedFor(entry: LogEntry, { key, requestId, since }: LogQuery): boolean {
  if (since !== undefined && entry.timestamp !== undefined && entry.timestamp < since) return false
  if (requestId !== undefined && entry.requestId !== requestId) return false
  if (key === undefined) return true
  return entry.key === key || (entry.key?.endsWith('…') === true && key.startsWith(entry.key.slice(0, -1)))
}

function parseObject(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

// Lambda's own lines name the request in their text
const requestIdIn = (text: string): string | undefined =>
  /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/.exec(text)?.[0]
