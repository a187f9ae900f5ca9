/** Nothing was settled for a long time. */
export class StalledError extends Error {
  override readonly name = 'StalledError'
  /** The keys that are not settled, by subscriber. */
  readonly missing: ReadonlyMap<string, string[]>

  constructor(missing: ReadonlyMap<string, string[]>, stallMs: number) {
    const lines = [...missing].map(([subscriber, keys]) => `${subscriber} has not settled ${listKeys(keys)}`)
    super(`nothing was settled for ${Math.round(stallMs / 1000)} s: ${lines.join('; ')}`)
    this.missing = missing
  }
}

const listKeys = (keys: readonly string[]): string =>
  keys.length <= 3 ? keys.join(', ') : `${keys.slice(0, 2).join(', ')} and ${keys.length - 2} more`
