/** First in, first out, however long it gets: taking from the front of an array moves all the others. */
export function createWaitingLine<T>() {
  const things: T[] = []
  let first = 0
  return {
    get length(): number {
      return things.length - first
    },
    push: (thing: T): void => void things.push(thing),
    take(count: number): T[] {
      const taken = things.slice(first, first + count)
      first += taken.length
      if (first > 100_000) first -= things.splice(0, first).length
      return taken
    },
  }
}
