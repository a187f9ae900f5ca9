/** What a command's exit code says to a script. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  /** It worked, and what it found wants a person: dead letters, a difference. */
  needsAttention: 3,
  interrupted: 130,
} as const

/** The command was asked for something that cannot be: the message says what to type instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Ctrl-C, before the work was finished. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError'
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return EXIT.usage
  return error instanceof InterruptedError ? EXIT.interrupted : EXIT.failed
}
