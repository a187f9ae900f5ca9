import { mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { createJsonReporter } from '../../src/main-job/json-reporter.ts'
import { runMainJob } from '../../src/main-job/run-main-job.ts'

test('a run that cannot start leaves nothing behind that would keep the command alive', async () => {
  const root = await mkdtemp(join(tmpdir(), 'fanout-main-job-'))
  await mkdir(join(root, 'apps/thumbnailer/src'), { recursive: true })
  const options = { root, port: 0, ephemeral: true, once: false }

  const running = runMainJob([], options, createJsonReporter(), new AbortController().signal)

  await expect(running).rejects.toThrow('cannot run turbo')
  await vi.waitFor(() => expect(process.getActiveResourcesInfo()).not.toContain('FSEventWrap'))
})
