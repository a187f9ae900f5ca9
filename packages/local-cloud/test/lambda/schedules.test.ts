import { expect, onTestFinished, test } from 'vitest'
import type { Principal } from '../../src/api.ts'
import { createSchedules, parseSchedule } from '../../src/lambda/schedules.ts'
import { startFunctions } from './start-functions.ts'

/** The times of 2027 between start and end, by the minute, at which the schedule is due. */
function timesOf(expression: string, start: string, end: string): string[] {
  const isDue = parseSchedule(expression)
  const times: string[] = []
  const from = Date.parse(`2027-${start}:00Z`)
  for (let minute = 0; from + minute * 60_000 < Date.parse(`2027-${end}:00Z`); minute++) {
    const time = new Date(from + minute * 60_000)
    if (isDue(time, minute)) times.push(time.toISOString().slice(5, 16))
  }
  return times
}

test.each([
  ['rate(10 minutes)', ['01-01T00:00', '01-01T00:10', '01-01T00:20']],
  ['cron(0/15 * * * ? *)', ['01-01T00:00', '01-01T00:15']],
  ['cron(5,7 0 * * ? *)', ['01-01T00:05', '01-01T00:07']],
  ['cron(0-2 * 1 JAN ? 2027)', ['01-01T00:00', '01-01T00:01', '01-01T00:02']],
  ['cron(0 * ? * FRI *)', ['01-01T00:00']],
  ['cron(0 * ? * MON-THU *)', []],
  ['cron(0 * ? * 6 *)', ['01-01T00:00']],
  ['cron(0 0 2 * ? *)', []],
  ['cron(0 0 * * ? 2028)', []],
])('%s is due at the minutes that AWS documents', (expression, expected) => {
  expect(timesOf(expression, '01-01T00:00', '01-01T00:30')).toEqual(expected)
})

test('a rate of a day is due once a day', () => {
  expect(timesOf('rate(1 day)', '01-01T00:00', '01-04T00:00')).toEqual(['01-01T00:00', '01-02T00:00', '01-03T00:00'])
})

test.each([
  'cron(0 0 L * ? *)',
  'cron(0 0 ? * 6#3 *)',
  'cron(0 0 * *)',
  'at(2027-01-01T00:00:00)',
  'rate(0 minutes)',
  '',
])('refuses %s, which it does not know', (expression) => {
  expect(() => parseSchedule(expression)).toThrow(`schedule ${expression} is not modelled`)
})

const ruleOf = (Arn: string) => ({ ScheduleExpression: 'rate(1 minute)', Targets: [{ Arn }] })
const greeter = 'arn:aws:lambda:eu-west-1:000000000000:function:greeter'

async function startSchedules(may: (principal: Principal, action: string, resource: string) => boolean) {
  const { functions, put, site, logs } = await startFunctions()
  site.timeScale = 600
  await put(`export const handler = async (event) => console.log('woken by ' + event.source + ' ' + event.resources)`)
  const asked: unknown[] = []
  const allows = (principal: Principal, action: string, resource: string) => {
    asked.push([principal, action, resource])
    return may(principal, action, resource)
  }
  const schedules = createSchedules(site, functions, { allows })
  onTestFinished(schedules.close)
  const woken = () => logs.filter((line) => line.includes('woken by')).length
  return { schedules, logs, asked, woken }
}

const soon = { timeout: 5000, interval: 10 }

test('invokes its function again and again with the event of a schedule, if EventBridge may', async () => {
  const { schedules, logs, asked, woken } = await startSchedules(() => true)

  schedules.put('hourly', ruleOf(greeter))

  await expect.poll(woken, soon).toBeGreaterThan(1)
  const sourceArn = 'arn:aws:events:eu-west-1:000000000000:rule/hourly'
  expect(logs[0]).toContain(`woken by aws.events ${sourceArn}`)
  const principal = { type: 'service', service: 'events.amazonaws.com', sourceArn }
  expect(asked[0]).toEqual([principal, 'lambda:InvokeFunction', greeter])
})

test('invokes nothing without the permission, nor when it is disabled or removed', async () => {
  const { schedules, asked, woken } = await startSchedules((_, __, arn) => !arn.endsWith('greeter'))

  schedules.put('forbidden', ruleOf(greeter))
  schedules.put('disabled', { ...ruleOf('arn:disabled'), State: 'DISABLED' })
  schedules.put('removed', ruleOf('arn:removed'))
  schedules.remove('removed')

  await expect.poll(() => asked.length, soon).toBeGreaterThan(1)
  expect(new Set(asked.map((one) => JSON.stringify(one))).size).toBe(1)
  expect(woken()).toBe(0)
})
