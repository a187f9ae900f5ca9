import type { Clock } from './clock.ts'
import type { Random } from './random.ts'
import type { Trouble } from './trouble.ts'

/** The life of one process: its calls take time, fail, and are the moments at which it may die. */
export interface Life {
  /** The same functions, with everything that can happen to a call. */
  around: <T extends object>(deps: T) => T
  isOver: () => boolean
  end: () => void
}

/** What has been done to calls and processes. */
export interface Damage {
  failedCalls: number
  deaths: number
}

export function startLife(
  trouble: Trouble,
  damage: Damage,
  onDeath: () => void,
  { clock, random }: { clock: Clock; random: Random },
): Life {
  let isOver = false
  const never = () => new Promise<never>(() => {})

  function end() {
    if (isOver) return
    isOver = true
    damage.deaths += 1
    onDeath()
  }

  /** One side of a call: before it has had its effect, or after. */
  async function pass(): Promise<void> {
    // Its deadline, which is one of real time, may awaken a dead process, and what it draws would be missing elsewhere
    if (isOver) await never()
    await clock.sleep(latencyMs(random))
    if (!isOver && random.chance(trouble.deaths)) end()
    if (isOver) await never()
    if (!random.chance(trouble.failures)) return
    damage.failedCalls += 1
    throw random.pick(trouble.errors)()
  }

  function around<T extends object>(deps: T): T {
    return new Proxy(deps, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name)
        if (typeof value !== 'function') return value
        return async (...args: unknown[]) => {
          await pass()
          const result: unknown = await value.apply(target, args)
          // An answer that is lost: the caller does not know that the call had its effect
          await pass()
          return result
        }
      },
    })
  }

  return { around, end, isOver: () => isOver }
}

/** Mostly some milliseconds, at times seconds, and once in a while longer than a function may run. */
function latencyMs(random: Random): number {
  const draw = random.next()
  if (draw < 0.9) return 1 + random.below(20)
  if (draw < 0.9995) return random.below(2_000)
  return random.below(90_000)
}
