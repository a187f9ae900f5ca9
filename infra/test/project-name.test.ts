import { expect, test, vi } from 'vitest'
import { templatesOf, toJson } from './templates.ts'
import { stageOf } from '../lib/stages.ts'

// What a fork edits: this constant and nothing else.
vi.mock(import('@fanout/schemas/project'), () => ({ PROJECT: 'Acme' as 'Fanout' }))

test.each(['dev', 'prod'])('a fork is renamed by one edit: the templates of %s then say nothing of us', (name) => {
  const templates = JSON.stringify(templatesOf({ ...stageOf(name) }).map(toJson))

  expect(templates).toContain('Acme')
  expect(templates.match(/.{30}fanout.{30}/gi)).toBeNull()
})
