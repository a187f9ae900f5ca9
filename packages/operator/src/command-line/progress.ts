import { progress } from '@clack/prompts'

/** Tells a person how far a long piece of work is; standard output stays free for its result. */
export interface Progress {
  advance: (step: number, message?: string) => void
  /** Takes it off the screen. */
  stop: (message?: string) => void
}

/** A bar on a terminal; nothing elsewhere, or where JSON is wanted. */
export function startProgress(message: string, max: number, { json }: { json?: true | undefined }): Progress {
  if (json || !process.stderr.isTTY || process.env['TERM'] === 'dumb') return { advance: () => {}, stop: () => {} }
  const bar = progress({ max: Math.max(1, max), output: process.stderr })
  bar.start(message)
  return { advance: (step, text) => bar.advance(step, text), stop: (text) => bar.stop(text ?? message) }
}
