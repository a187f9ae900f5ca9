/** Runs at most `max` of the given tasks at the same time, in the order in which they come. */
export function createLimit(max: number): <T>(task: () => Promise<T>) => Promise<T> {
  let free = max
  const waiting: (() => void)[] = []
  return async (task) => {
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await task()
    } finally {
      // Whoever waits gets the place itself, so that nobody can slip in between
      const next = waiting.shift()
      if (next) next()
      else free += 1
    }
  }
}
