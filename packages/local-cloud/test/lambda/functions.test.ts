import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test, vi } from 'vitest'
import { isRunning, startFunctions, startGate } from './start-functions.ts'

test('gives the handler its event and context, and resolves with what it returns', async () => {
  const { put, invoke } = await startFunctions()
  await put(`export const handler = async (event, context) =>
    ({ hello: event.name, arn: context.invokedFunctionArn, remaining: context.getRemainingTimeInMillis() })`)

  const answer = await invoke({ name: 'Zoë ✓' })

  expect(answer.hello).toBe('Zoë ✓')
  expect(answer.arn).toBe('arn:aws:lambda:eu-west-1:000000000000:function:greeter')
  expect(answer.remaining).toBeGreaterThan(5000)
  expect(answer.remaining).toBeLessThanOrEqual(10_000)
})

test('gives a function the variables of its template and of Lambda, and nothing of the developer', async () => {
  vi.stubEnv('AWS_PROFILE', 'production').stubEnv('MY_SECRET', 'x').stubEnv('NODE_OPTIONS', '--no-warnings')
  const { put, invoke, keys } = await startFunctions()
  await put('export const handler = async () => process.env', { Environment: { Variables: { TABLE: 'songs' } } })

  const variables = await invoke()

  expect(Object.keys(variables).toSorted()).toEqual([
    'AWS_ACCESS_KEY_ID',
    'AWS_CONFIG_FILE',
    'AWS_DEFAULT_REGION',
    'AWS_EC2_METADATA_DISABLED',
    'AWS_ENDPOINT_URL',
    'AWS_EXECUTION_ENV',
    'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
    'AWS_LAMBDA_FUNCTION_NAME',
    'AWS_LAMBDA_FUNCTION_VERSION',
    'AWS_LAMBDA_INITIALIZATION_TYPE',
    'AWS_LAMBDA_LOG_GROUP_NAME',
    'AWS_LAMBDA_LOG_STREAM_NAME',
    'AWS_LAMBDA_RUNTIME_API',
    'AWS_REGION',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_SESSION_TOKEN',
    'AWS_SHARED_CREDENTIALS_FILE',
    'LAMBDA_TASK_ROOT',
    'LANG',
    'PATH',
    'TABLE',
    'TZ',
    '_HANDLER',
    '_X_AMZN_TRACE_ID',
  ])
  expect(variables).toMatchObject({ TABLE: 'songs', AWS_ENDPOINT_URL: 'http://127.0.0.1:1' })
  expect(keys.get(variables.AWS_ACCESS_KEY_ID)).toMatchObject({
    sessionToken: variables.AWS_SESSION_TOKEN,
    principal: { type: 'role', arn: 'arn:aws:sts::000000000000:assumed-role/greeter-role/greeter' },
  })
})

test('rejects with the type and message of what the handler throws, and goes on in the same process', async () => {
  const { put, invoke } = await startFunctions()
  await put(
    `export const handler = async ({ fails }) => { if (fails) throw new TypeError('no ' + fails); return process.pid }`,
  )
  const pid = await invoke({})

  const failed = invoke({ fails: 'luck' })

  await expect(failed).rejects.toMatchObject({ errorType: 'TypeError', message: 'no luck' })
  expect(await invoke({})).toBe(pid)
})

test('kills a function at its time-out, even in an endless loop, and runs the next event in a new process', async () => {
  const { put, invoke } = await startFunctions()
  await put('export const handler = async ({ loops }) => { while (loops); return process.pid }', { Timeout: 1 })
  const pid = await invoke({})

  const failed = invoke({ loops: true })

  await expect(failed).rejects.toMatchObject({
    errorType: 'Sandbox.Timedout',
    message: 'Task timed out after 1.00 seconds',
  })
  expect(isRunning(pid)).toBe(false)
  expect(await invoke({})).not.toBe(pid)
})

test('reports a process that ends during an invocation', async () => {
  const { put, invoke } = await startFunctions()
  await put('export const handler = async () => process.exit(3)')

  await expect(invoke({})).rejects.toMatchObject({
    errorType: 'Runtime.ExitError',
    message: 'Runtime exited with error: exit status 3',
  })
})

test.each([
  ['a module that throws', `throw new RangeError('no configuration')`, 'RangeError', 'no configuration'],
  ['a missing export', 'export const other = 1', 'Runtime.HandlerNotFound', 'not exported'],
  ['a missing package', `import 'not-there'`, 'Error', 'not-there'],
  ['a module that never loads', 'await new Promise(() => {})', 'Runtime.ExitError', 'exit status 0'],
])('reports the init error of %s to the invocation', async (_, code, errorType, message) => {
  const { put, invoke } = await startFunctions()
  await put(code)

  await expect(invoke({})).rejects.toMatchObject({ errorType, message: expect.stringContaining(message) })
})

test('initializes again after an init error', async () => {
  const { put, invoke } = await startFunctions()
  await put(`import { existsSync, writeFileSync } from 'node:fs'
    if (!existsSync('ready')) { writeFileSync('ready', ''); throw new Error('not yet') }
    export const handler = async () => 'ready'`)
  await expect(invoke({})).rejects.toThrow('not yet')

  expect(await invoke({})).toBe('ready')
})

test('tells of an init error when no invocation waits for it', async () => {
  const { put, functions, site } = await startFunctions()
  await put(`throw new Error('no configuration')`)

  functions.find('greeter').warm()

  await vi.waitFor(() => expect(site.warnings).toEqual(['greeter: no configuration']))
})

test('says nothing of a start that it ends itself', async () => {
  const { put, functions, site } = await startFunctions()
  await put('export const handler = () => {}')
  functions.find('greeter').warm()

  await functions.close()

  expect(site.warnings).toEqual([])
})

test('uses an environment again, and starts another one only for what runs at the same time', async () => {
  const { put, invoke } = await startFunctions()
  const gate = await startGate(2)
  await put(`export const handler = async ({ url }) => { if (url) await fetch(url); return process.pid }`)

  const first = await invoke({})
  const again = await invoke({})
  const both = [invoke(gate), invoke(gate)]
  await gate.reached
  gate.open()

  expect(again).toBe(first)
  const together = await Promise.all(both)
  expect(together).toContain(first)
  expect(new Set(together).size).toBe(2)
})

test('uses new code for the next event while the running one ends in the old code', async () => {
  const { put, invoke } = await startFunctions()
  const gate = await startGate(1)
  await put(`export const handler = async ({ url }) => { await fetch(url); return 'old' }`)
  const running = invoke(gate)
  await gate.reached

  await put(`export const handler = async () => 'new'`)

  expect(await invoke({})).toBe('new')
  gate.open()
  expect(await running).toBe('old')
})

test('refuses an event for a function that was removed', async () => {
  const { put, invoke, functions } = await startFunctions()
  await put(`export const handler = async () => 'here'`)

  await functions.remove('greeter')

  await expect(invoke({})).rejects.toThrow('there is no function greeter')
})

test('keeps its processes when nothing about the function has changed', async () => {
  const { put, invoke, functions } = await startFunctions()
  await put('export const handler = async () => process.pid')
  const pid = await invoke({})

  const { config, code } = functions.find('greeter')
  await functions.put(config, code)

  expect(await invoke({})).toBe(pid)
})

test('passes on what a function writes, line by line', async () => {
  const { put, invoke, logs } = await startFunctions()
  await put(
    `export const handler = async () => { console.log('one'); process.stdout.write('two\\n'); console.error('three') }`,
  )

  await invoke({})

  await vi.waitFor(() => expect(logs).toHaveLength(3))
  expect(logs).toContain('greeter: two')
  expect(logs).toContainEqual(expect.stringMatching(/^greeter: .*\tINFO\tone$/))
  expect(logs).toContainEqual(expect.stringMatching(/^greeter: .*\tERROR\tthree$/))
})

test('tells once of a function that uses more than its memory', async () => {
  const { put, invoke, site } = await startFunctions()
  await put(`const bytes = Buffer.alloc(200 * 2 ** 20, 1)
    export const handler = async () => bytes.length`)

  await invoke({})
  await invoke({})

  expect(site.warnings).toEqual([expect.stringMatching(/^greeter uses \d{3} MB of its 128 MB: Lambda would kill it$/)])
})

test('leaves no process and no copy of the code behind when it is closed', async () => {
  const { put, invoke, functions, site } = await startFunctions()
  await put(`import { spawn } from 'node:child_process'
    process.on('SIGTERM', () => {})
    export const handler = async () => [process.pid, spawn('sleep', ['60'], { stdio: 'ignore' }).pid]`)
  const pids = await invoke({})
  expect(pids.map(isRunning)).toEqual([true, true])

  await functions.close()

  await vi.waitFor(() => expect(pids.map(isRunning)).toEqual([false, false]))
  expect(existsSync(join(site.dataDir, 'functions'))).toBe(false)
})

test('leaves no process behind when the local cloud is killed', async () => {
  const parent = spawn(process.execPath, [join(import.meta.dirname, 'parent-process.ts')])
  const [line] = await once(createInterface(parent.stdout), 'line')
  const pid = Number(line)
  expect(isRunning(pid)).toBe(true)

  parent.kill('SIGKILL')

  await vi.waitFor(() => expect(isRunning(pid)).toBe(false))
})

test('gives a function that waits for a debugger one process, and time', async () => {
  const { put, invoke, logs } = await startFunctions()
  const gate = await startGate(1)
  await put(
    `export const handler = async ({ url }, context) =>
      (url && await fetch(url), { pid: process.pid, left: context.getRemainingTimeInMillis() })`,
    { Timeout: 1, Environment: { Variables: { NODE_OPTIONS: '--inspect=127.0.0.1:0' } } },
  )

  const held = invoke({ url: gate.url })
  const others = [invoke({}), invoke({})]
  await gate.reached
  gate.open()

  const answers = await Promise.all([held, ...others])
  expect(new Set(answers.map(({ pid }) => pid)).size).toBe(1)
  expect(answers[0].left).toBeGreaterThan(3_600_000)
  expect(logs.join('\n')).toMatch(/Debugger listening on ws:\/\/127\.0\.0\.1:\d+\//)
})
