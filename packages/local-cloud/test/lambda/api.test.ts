import {
  GetEventSourceMappingCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  ListFunctionsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda'
import { expect, onTestFinished, test } from 'vitest'
import { createMappings } from '../../src/lambda/mappings.ts'
import { createSqs } from '../../src/sqs/sqs.ts'
import { serve } from '../site.ts'
import { startFunctions } from './start-functions.ts'

const template = { UUID: 'mapping', FunctionName: 'greeter', EventSourceArn: 'arn:aws:sqs:eu-west-1:000000000000:jobs' }

/** A function that is fed from a queue, and a client of Lambda's API. */
async function startLambda() {
  const { functions, put, site, logs } = await startFunctions()
  const sqs = createSqs(site)
  const queue = sqs.putQueue('jobs', {})
  const mappings = createMappings(site, sqs, functions, { allows: () => true })
  onTestFinished(mappings.close)
  await put(
    `export const handler = async ({ Records }) => { for (const { body } of Records) console.log('got ' + body) }`,
  )
  mappings.put(template)
  const server = await serve(site, { lambda: { ...functions.operations, ...mappings.operations } })
  onTestFinished(server.close)
  const received = () => logs.flatMap((line) => /got (.*)$/.exec(line)?.[1] ?? [])
  return { client: new LambdaClient(server.client), queue, mappings, received }
}

const soon = { timeout: 5000, interval: 10 }

test('pauses a mapping and resumes it, also when its stack is provisioned again in between', async () => {
  const { client, queue, mappings, received } = await startLambda()
  const update = (Enabled: boolean) => client.send(new UpdateEventSourceMappingCommand({ UUID: 'mapping', Enabled }))

  const paused = await update(false)
  queue.send({ MessageBody: 'hello' })
  mappings.put(template)
  const { State: state } = await client.send(new GetEventSourceMappingCommand({ UUID: 'mapping' }))
  const { ApproximateNumberOfMessages: waiting } = queue.describe()
  const resumed = await update(true)

  expect([paused.State, state, waiting, resumed.State]).toEqual(['Disabled', 'Disabled', '1', 'Enabled'])
  await expect.poll(received, soon).toEqual(['hello'])
})

test('takes what a changed template says over what the API said', async () => {
  const { client, mappings } = await startLambda()
  await client.send(new UpdateEventSourceMappingCommand({ UUID: 'mapping', Enabled: false }))

  mappings.put({ ...template, BatchSize: 5 })

  const { State, BatchSize } = await client.send(new GetEventSourceMappingCommand({ UUID: 'mapping' }))
  expect({ State, BatchSize }).toEqual({ State: 'Enabled', BatchSize: 5 })
})

test('lists the mappings of a function or of a queue, and tells the settings of a function', async () => {
  const { client } = await startLambda()
  const list = async (query: object) => {
    const { EventSourceMappings } = await client.send(new ListEventSourceMappingsCommand(query))
    return EventSourceMappings?.map(({ UUID }) => UUID)
  }

  const function_ = await client.send(new GetFunctionConfigurationCommand({ FunctionName: 'greeter' }))

  expect(function_).toMatchObject({ Runtime: 'nodejs24.x', Timeout: 10, MemorySize: 128 })
  expect(await list({ FunctionName: 'greeter' })).toEqual(['mapping'])
  expect(await list({ EventSourceArn: template.EventSourceArn })).toEqual(['mapping'])
  expect(await list({ FunctionName: 'other' })).toEqual([])
})

test('refuses a mapping that is missing, and by its own name an operation that is not modelled', async () => {
  const { client } = await startLambda()

  await expect(client.send(new GetEventSourceMappingCommand({ UUID: 'none' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  })
  await expect(client.send(new ListFunctionsCommand({}))).rejects.toMatchObject({
    message: 'lambda:ListFunctions is not modelled by the local cloud',
    $metadata: { httpStatusCode: 501 },
  })
})

test('refuses settings that Lambda would refuse, and keeps the old ones', async () => {
  const { client } = await startLambda()

  const update = client.send(new UpdateEventSourceMappingCommand({ UUID: 'mapping', BatchSize: 11 }))

  await expect(update).rejects.toMatchObject({ name: 'InvalidParameterValueException' })
  const { BatchSize } = await client.send(new GetEventSourceMappingCommand({ UUID: 'mapping' }))
  expect(BatchSize).toBe(10)
})
