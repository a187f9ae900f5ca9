/** What the doctor looked at. `unknown`: this stage does not tell (the local cloud has fewer services than AWS). */
export interface Finding {
  /** What was looked at, e.g. `notification`. */
  check: string
  level: 'ok' | 'unknown' | 'warning' | 'problem'
  text: string
  /** What to do; of everything that is not as it should be. */
  remedy?: string
}

export const ok = (check: string, text: string): Finding => ({ check, level: 'ok', text })
export const unknown = (check: string, text: string): Finding => ({ check, level: 'unknown', text })
export const warning = (check: string, text: string, remedy: string): Finding => ({
  check,
  level: 'warning',
  text,
  remedy,
})
export const problem = (check: string, text: string, remedy: string): Finding => ({
  check,
  level: 'problem',
  text,
  remedy,
})
