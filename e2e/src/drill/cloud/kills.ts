import type { Random } from '../random.ts'
import type { Decide, Fate } from './gateway.ts'
import { childProcesses, findPeer } from './processes.ts'

/** Kills processes of functions, by their own pids: before a call of theirs has its effect, after it, or at any moment. */
export interface Killer {
  /** How many have been killed. */
  killed: () => number
  /** One more shall die. */
  order: () => void
  decide: Decide
}

const MOMENTS = ['dropped before', 'dropped after', 'at any moment'] as const
// So that not only first calls are hit
const MOST_SPARED = 15

export function createKiller(random: Random): Killer {
  const ordered: { moment: Fate; spared: number }[] = []
  let killed = 0

  function kill(pid: number | undefined): boolean {
    if (pid === undefined) return false
    process.kill(pid, 'SIGKILL')
    killed += 1
    return true
  }

  return {
    killed: () => killed,
    order() {
      const moment = random.pick(MOMENTS)
      const processes = childProcesses()
      if (moment === 'at any moment' && processes.length > 0) kill(random.pick(processes))
      else
        ordered.push({
          moment: moment === 'at any moment' ? 'dropped after' : moment,
          spared: random.below(MOST_SPARED),
        })
    },
    decide({ ports }) {
      const [next] = ordered
      if (!next || next.spared-- > 0) return 'forwarded'
      if (!kill(findPeer(childProcesses(), ports.theirs, ports.ours))) return 'forwarded'
      ordered.shift()
      return next.moment
    },
  }
}
