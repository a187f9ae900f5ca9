import { randomUUID } from 'node:crypto'
import { arnOf, type Site } from '../api.ts'
import type { Permissions } from '../permissions/permissions.ts'
import type { Functions } from './functions.ts'

export type Schedules = ReturnType<typeof createSchedules>

/** A rule of EventBridge that invokes functions by the clock, as its template describes it. */
export interface Rule {
  ScheduleExpression?: string
  State?: string
  Targets?: { Arn: string; Input?: string }[]
}

/** Schedules by the minute of the site's time, which passes `timeScale` times faster. */
export function createSchedules(site: Site, functions: Functions, { allows }: Pick<Permissions, 'allows'>) {
  const timers = new Map<string, NodeJS.Timeout>()

  /** Starts or changes a rule. Throws for an expression that is not modelled. */
  function put(name: string, { ScheduleExpression: expression = '', State: state, Targets: targets = [] }: Rule): void {
    const isDue = parseSchedule(expression)
    remove(name)
    if (state === 'DISABLED') return
    const sourceArn = arnOf(site, 'events', `rule/${name}`)
    const principal = { type: 'service', service: 'events.amazonaws.com', sourceArn } as const
    const start = Date.now()
    let minute = 0
    const tick = () => {
      const time = new Date(start + ++minute * 60_000)
      if (!isDue(time, minute)) return
      const head = { version: '0', id: randomUUID(), 'detail-type': 'Scheduled Event', source: 'aws.events' }
      const where = { account: site.accountId, region: site.region, resources: [sourceArn] }
      const event = JSON.stringify({ ...head, ...where, time: time.toISOString(), detail: {} })
      for (const { Arn, Input = event } of targets) {
        if (!allows(principal, 'lambda:InvokeFunction', Arn)) continue
        const run = async () => functions.find(Arn).invoke(Input)
        run().catch((error: unknown) => site.warn(`${name}: ${(error as Error).message}`))
      }
    }
    timers.set(name, setInterval(tick, 60_000 / site.timeScale).unref())
  }

  function remove(name: string): void {
    clearInterval(timers.get(name))
    timers.delete(name)
  }

  return { put, remove, close: () => [...timers.keys()].forEach(remove) }
}

type IsDue = (time: Date, minute: number) => boolean

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html */
export function parseSchedule(expression: string): IsDue {
  const [, count = '0', unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? []
  const period = Number(count) * ({ minute: 1, hour: 60, day: 1440 }[unit] ?? 0)
  if (period > 0) return (_, minute) => minute % period === 0
  const fields = /^cron\((.+)\)$/.exec(expression)?.[1]?.split(' ').map(parseField) ?? []
  if (fields.length !== 6 || fields.includes(undefined)) throw new Error(`schedule ${expression} is not modelled`)
  return (time) => {
    const date = [time.getUTCMinutes(), time.getUTCHours(), time.getUTCDate(), time.getUTCMonth() + 1]
    return [...date, time.getUTCDay() + 1, time.getUTCFullYear()].every((value, index) => fields[index]?.(value))
  }
}

const names = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ')
const days = 'SUN MON TUE WED THU FRI SAT'.split(' ')

/** `*`, `?`, `5`, `MON-FRI`, `0/15`, and lists of these; undefined for L, W and #. */
function parseField(field: string): ((value: number) => boolean) | undefined {
  const numberOf = (text: string) => {
    const index = Math.max(names.indexOf(text), days.indexOf(text))
    return index >= 0 ? index + 1 : /^\d+$/.test(text) ? Number(text) : Number.NaN
  }
  const ranges = field.split(',').map((part) => {
    const [, first = '', last, step] = /^(\*|\?|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(part) ?? []
    const isAny = first === '*' || first === '?'
    const from = isAny ? 0 : numberOf(first)
    const to = last ? numberOf(last) : isAny || step ? Infinity : from
    return { from, to, step: Number(step ?? 1) }
  })
  if (ranges.some(({ from, to }) => Number.isNaN(from + to))) return undefined
  return (value) => ranges.some(({ from, to, step }) => value >= from && value <= to && (value - from) % step === 0)
}
