import { expect, test } from 'vitest'
import { withPipeline } from '../src/bench/session.ts'
import { runSmoke, type Finding } from '../src/smoke/run-smoke.ts'

test('the smoke test of a real account finds everything in order here, and leaves no object behind', async () => {
  const findings: Finding[] = []

  await withPipeline((stage) => runSmoke(stage, (finding) => findings.push(finding)))

  expect(findings.filter(({ isFine }) => !isFine)).toEqual([])
  expect(findings.length).toBeGreaterThan(10)
}, 180_000)

test('it notices what is not in order: a thumbnailer that keeps no renditions', async () => {
  const findings: Finding[] = []

  await withPipeline(async (stage) => {
    const subscribers = stage.subscribers.map((subscriber) => ({ ...subscriber, resources: {} }))
    await runSmoke({ ...stage, subscribers }, (finding) => findings.push(finding))
  })

  expect(findings.filter(({ isFine }) => !isFine).map(({ text }) => text)).toEqual(['0 renditions'])
}, 180_000)
