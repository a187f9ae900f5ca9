/** Things that are due at a whole second, taken out in order of time. */
export function createTimeline<T>() {
  const bySecond = new Map<number, T[]>()
  let next = 0
  return {
    add(second: number, thing: T): void {
      const due = bySecond.get(second)
      if (due) due.push(thing)
      else bySecond.set(second, [thing])
    },
    /** Everything that is due at this second or was before. */
    until(second: number): T[] {
      const due: T[] = []
      for (; next <= second; next += 1) {
        due.push(...(bySecond.get(next) ?? []))
        bySecond.delete(next)
      }
      return due
    },
  }
}
