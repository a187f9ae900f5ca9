import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { buildObjectEvent } from '@fanout/event-parsing/testing'
import type { ObjectEvent } from '@fanout/schemas'
import fc, { type Scheduler } from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCopyWith } from './generated-subscribers.ts'

/** What the generated memory-deps.ts has. */
interface Memory {
  deps: Deps
  uploads: Map<string, Facts>
  rows?: Map<string, { facts?: Facts }>
  documents?: Map<string, Facts>
}
interface Facts {
  size: number
  eTag: string
}
/** Functions, alone and in groups. */
type Deps = { [name: string]: Call | Deps }
type Call = (...args: never[]) => Promise<unknown>
type Job = (event: ObjectEvent, deps: Deps) => Promise<unknown>

const kinds = [
  { kind: 'a table', table: true, bucket: false },
  { kind: 'a bucket', table: false, bucket: true },
  { kind: 'both', table: true, bucket: true },
]
const event = buildObjectEvent({ key: 'key' })
let copy: string

beforeAll(() => {
  copy = createCopyWith(kinds.map(({ table, bucket }) => ({ table, bucket, events: 'created,removed', prefix: '' })))
}, 180_000)
afterAll(() => rmSync(copy, { recursive: true, force: true }))

test.each(kinds)(
  'the generated job with $kind ends with the last state, whatever the order of all calls, and whoever dies',
  async ({ kind }) => {
    const app = join(copy, `apps/made-${kinds.findIndex((each) => each.kind === kind)}`)
    const { followObject }: { followObject: Job } = await import(join(app, 'src/follow-object.ts'))
    const { createMemoryDeps }: { createMemoryDeps: () => Memory } = await import(join(app, 'test/memory-deps.ts'))
    const delivery = fc.record({
      change: fc.constantFrom('A', 'B', undefined),
      repeats: fc.integer({ min: 1, max: 2 }),
      death: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
    })

    const property = fc.asyncProperty(
      fc.scheduler(),
      fc.array(delivery, { minLength: 2, maxLength: 4 }),
      async (scheduler, life) => {
        const memory = createMemoryDeps()
        await scheduler.waitFor(live(life, memory, followObject, scheduler))
        return keptOf(memory).every((kept) => isDeepStrictEqual(kept, memory.uploads.get('key')))
      },
    )
    const { counterexample, errorInstance } = await fc.check(property, { numRuns: 1000, seed: 7 })

    expect({ counterexample, errorInstance }).toEqual({ counterexample: null, errorInstance: null })
  },
)

/** What is in the table, and in the bucket. */
function keptOf({ rows, documents }: Memory): (Facts | undefined)[] {
  return [...(rows ? [rows.get('key')?.facts] : []), ...(documents ? [documents.get('key')] : [])]
}

interface Delivery {
  /** The content that is uploaded before it, undefined: the object is removed. */
  change: string | undefined
  repeats: number
  /** The call at which the function dies the first time. */
  death: number | undefined
}

async function live(life: Delivery[], memory: Memory, job: Job, scheduler: Scheduler): Promise<void> {
  const running: Promise<void>[] = []
  for (const { change, repeats, death } of life) {
    await scheduler.schedule(Promise.resolve())
    if (change === undefined) memory.uploads.delete('key')
    else memory.uploads.set('key', { size: 1, eTag: change })
    for (let repeat = 0; repeat < repeats; repeat++) running.push(deliver(job, memory.deps, scheduler, death))
  }
  await Promise.all(running)
}

/** As SQS does: what throws or dies comes back. */
async function deliver(job: Job, deps: Deps, scheduler: Scheduler, death: number | undefined): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await job(event, pausing(deps, scheduler, { left: attempt === 1 ? (death ?? Infinity) : Infinity }))
      return
    } catch (error) {
      if (!/died|cannot settle/.test(String(error))) throw error
    }
  }
}

/** The dependencies with a pause before every call; when none is left, the caller is dead. */
function pausing(deps: Deps, scheduler: Scheduler, calls: { left: number }): Deps {
  const pause = (call: Call): Call => {
    return async (...args) => {
      await scheduler.schedule(Promise.resolve())
      calls.left -= 1
      if (calls.left <= 0) throw new Error('died')
      return call(...args)
    }
  }
  const entries = Object.entries(deps).map(([name, value]) => {
    return [name, typeof value === 'function' ? pause(value) : pausing(value, scheduler, calls)]
  })
  return Object.fromEntries(entries)
}
