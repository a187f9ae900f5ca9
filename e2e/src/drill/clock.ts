/** Time that passes only when nothing is left to do at the present moment: hours in seconds, and the same for the same seed. */
export interface Clock {
  /** Epoch milliseconds. */
  now: () => number
  /** Does something so many milliseconds later. */
  after: (ms: number, action: () => void) => void
  sleep: (ms: number) => Promise<void>
  /** Time stands still while something is worked on outside of it: how long that takes changes nothing. */
  standStill: <T>(work: Promise<T>) => Promise<T>
  /** Resolves when nothing is left to come. */
  run: () => Promise<void>
}

interface Appointment {
  time: number
  number: number
  action: () => void
}

export function createClock(start: number): Clock {
  const appointments: Appointment[] = []
  let now = start
  let made = 0
  const outside = new Set<Promise<unknown>>()

  function after(ms: number, action: () => void) {
    push(appointments, { time: now + ms, number: made++, action })
  }

  return {
    now: () => now,
    after,
    sleep: (ms) => new Promise((resolve) => after(ms, resolve)),
    standStill(work) {
      const settled = work.then(forget, forget)
      outside.add(settled)
      function forget() {
        outside.delete(settled)
      }
      return work
    },
    async run() {
      for (let next = pop(appointments); next; next = pop(appointments)) {
        now = next.time
        next.action()
        do {
          await Promise.all(outside)
          // What has been awakened runs until it waits again
          await new Promise((resolve) => setImmediate(resolve))
        } while (outside.size > 0)
      }
    },
  }
}

const isBefore = (one: Appointment, other: Appointment) =>
  one.time < other.time || (one.time === other.time && one.number < other.number)

// A binary heap: appointments are made in any order, and millions of them
function push(heap: Appointment[], added: Appointment): void {
  let index = heap.push(added) - 1
  while (index > 0) {
    const parent = (index - 1) >> 1
    const above = heap[parent]
    if (!above || isBefore(above, added)) break
    heap[index] = above
    index = parent
  }
  heap[index] = added
}

function pop(heap: Appointment[]): Appointment | undefined {
  const first = heap[0]
  const moved = heap.pop()
  if (!moved || !first || heap.length === 0) return first
  let index = 0
  for (;;) {
    const [left, right] = [heap[2 * index + 1], heap[2 * index + 2]]
    if (!left) break
    const isRight = right !== undefined && isBefore(right, left)
    const child = isRight ? right : left
    if (isBefore(moved, child)) break
    heap[index] = child
    index = 2 * index + (isRight ? 2 : 1)
  }
  heap[index] = moved
  return first
}
