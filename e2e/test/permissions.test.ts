import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exercise } from '../src/permissions/exercise.ts'
import { startLab, type Lab } from '../src/permissions/lab.ts'
import { type Removal, removeEach } from '../src/permissions/remove-each.ts'
import { findStatements, reasonNotExercised } from '../src/permissions/statements.ts'

describe.each(['dev', 'prod'])('the templates of %s in the local cloud', (stage) => {
  let lab: Lab
  beforeAll(async () => {
    lab = await startLab(stage)
  }, 300_000)
  afterAll(() => lab.close())

  test('nothing is denied, and only what the security page lists is never used', { timeout: 120_000 }, async () => {
    const refusals = await exercise(lab)

    const { roles, resources, denied } = lab.report()
    const ofRoles = roles.filter(({ role }) => !role.includes('-DailyRole')).flatMap(({ unused }) => unused)
    const ofResources = resources.flatMap(({ resource, unused }) => unused.map((one) => `${one} in ${resource}`))
    const isListed = (one: string) =>
      /^Deny | by (cloudwatch|events)\.amazonaws\.com /.test(one) || /DeadLetters.* by sns\.amazonaws\.com /.test(one)
    expect({ refusals, denied, ofRoles }).toEqual({ refusals: [], denied: [], ofRoles: [] })
    expect(ofResources.filter((one) => !isListed(one))).toEqual([])
  })

  test('each statement that is taken away alone is missed by somebody', { timeout: 300_000 }, async () => {
    const removals: Removal[] = []
    for await (const removal of removeEach(lab)) removals.push(removal)

    expect(removals.length).toBeGreaterThan(20)
    expect(removals.filter(({ isRight }) => !isRight)).toEqual([])
  })

  test('the security page says why the others cannot be tried', async () => {
    const page = await readFile(join(import.meta.dirname, '../../docs/security.md'), 'utf8')
    const all = [...lab.templates].flatMap(([stack, template]) => findStatements(stack, template))

    const reasons = new Set(all.flatMap((place) => reasonNotExercised(place) ?? []))

    expect([...reasons].filter((reason) => !page.includes(`- ${reason}\n`))).toEqual([])
  })
})
