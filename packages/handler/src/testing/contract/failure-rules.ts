import { accessDenied, slowDown } from './faults.ts'
import { insist, insistKept, insistNothingKept, insistSame, isSame, type Rule } from './rule.ts'
import type { Trial } from './trial.ts'

const LAST_ATTEMPT = 9

/** What becomes of an event when something fails. */
export const failureRules: Rule[] = [
  {
    title: 'an unreadable message is given up alone',
    lesson: 'Parse record by record: one that cannot be read becomes a dead letter, and its neighbours are worked on.',
    async check(start) {
      const trial = start()
      const key = trial.key('readable')

      const [, fate] = await trial.deliver(['this is no JSON', [await trial.upload(key)]])

      insist(fate === 'acknowledged', 'a readable message failed because of an unreadable one beside it')
      await insistKept(trial, key, 'a readable message was left out because of an unreadable one beside it')
      insist(trial.deadLetters.length === 1, 'the unreadable message did not become a dead letter')
    },
  },
  {
    title: 'a failure that may pass is tried again',
    lesson:
      'Let errors out of the job: throwing means "try again later". A catch that goes on acknowledges an event that nobody worked on, and a write before the failure must not get in the way of the next try.',
    async check(start) {
      const { calls, kept: expected } = await undisturbed(start)
      for (const { number, name } of calls) {
        const trial = start()
        const key = trial.key('retried')
        const event = await trial.upload(key)
        const because = `call ${number} of the job, ${name}, failed once with SlowDown`
        trial.faults.onCall = (call) => (call.number === number ? slowDown() : undefined)

        const [fate] = await trial.deliver([[event]])
        const isLost = fate === 'acknowledged' && !isSame(await trial.kept(key), expected)
        insist(!isLost, `${because}, and its message was acknowledged although the work is not done`)
        const [second] = await trial.deliver([[event]], 2)

        insist(second === 'acknowledged' && trial.deadLetters.length === 0, `${because}, and so did the next try`)
        insistSame(await trial.kept(key), expected, `${because}, and was tried again`)
      }
    },
  },
  {
    title: 'what is denied ends as a dead letter',
    lesson:
      'AccessDenied is a broken policy more often than a missing object. Do not catch it: it is retried, then shown.',
    async check(start) {
      const { calls } = await undisturbed(start)
      for (const name of new Set(calls.map((call) => call.name))) {
        const trial = start()
        const event = await trial.upload(trial.key('retried'))
        trial.faults.onCall = (call) => (call.name === name ? accessDenied() : undefined)

        const [first] = await trial.deliver([[event]])
        insist(first === 'comes again', `${name} was denied, and the message was acknowledged at once`)
        const [last] = await trial.deliver([[event]], LAST_ATTEMPT)

        const isDead = last === 'acknowledged' && trial.deadLetters.length === 1
        insist(isDead, `${name} was denied ${LAST_ATTEMPT} times, and there is no dead letter`)
      }
    },
  },
  {
    title: 'one failing record leaves its neighbours alone',
    lesson: 'Do not throw for the whole batch: report only the messages that failed, and go on with the others.',
    async check(start) {
      const apart = start()
      const [fate, neighbour] = await deliverFailing(apart, (a, b) => [[a], [b]])
      insist(fate === 'comes again', 'a record failed, and its message was acknowledged')
      insist(neighbour === 'acknowledged', 'a record failed, and the message beside it came again too')
      await insistKept(apart, apart.key('neighbour'), 'a record failed, and the message beside it was left out')

      const together = start()
      const [both] = await deliverFailing(together, (a, b) => [[a, b]])
      insist(both === 'comes again', 'a record failed, and its message was acknowledged for the sake of another record')
      await insistKept(together, together.key('neighbour'), 'a record failed, and the next of its message was left out')
    },
  },
  {
    title: 'nothing is started near the deadline',
    lesson:
      'A function that is killed in the middle takes its whole batch with it. Give back what there is no time for.',
    async check(start) {
      const trial = start()
      const keys = ['in time', 'too late'].map(trial.key)
      const messages = [[await trial.upload(keys[0] ?? '')], [await trial.upload(keys[1] ?? '')]]
      trial.faults.onCall = () => void (trial.context.remainingMs = 500)

      const [, fate] = await trial.deliver(messages)

      insist(fate === 'comes again', 'a message was acknowledged for which there was no time')
      await insistNothingKept(trial, keys[1] ?? '', 'a record was started half a second before the deadline')
    },
  },
]

/** What the job calls, and what it keeps, when nothing fails. */
async function undisturbed(start: () => Trial) {
  const trial = start()
  const key = trial.key('retried')
  const event = await trial.upload(key)
  await trial.deliver([[event]])
  const { calls } = trial.faults
  insist(calls.length > 0, 'the job called none of the asynchronous functions in deps, so that none could fail')
  return { calls, kept: await trial.kept(key) }
}

async function deliverFailing(
  trial: Trial,
  arrange: (...events: [Upload, Upload]) => Upload[][],
): Promise<Awaited<ReturnType<Trial['deliver']>>> {
  const failing = await trial.upload(trial.key('failing'))
  const neighbour = await trial.upload(trial.key('neighbour'))
  trial.faults.onCall = ({ number }) => (number === 1 ? slowDown() : undefined)
  return trial.deliver(arrange(failing, neighbour))
}

type Upload = Awaited<ReturnType<Trial['upload']>>
