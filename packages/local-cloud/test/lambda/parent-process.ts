import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEnvironment } from '../../src/lambda/environment.ts'

/** Starts a function's process, prints its id, and waits to be killed. */
const codeFolder = await mkdtemp(join(tmpdir(), 'fanout-test-'))
await writeFile(join(codeFolder, 'handler.mjs'), 'export const handler = async () => process.pid')
const environment = startEnvironment({
  functionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:greeter',
  handler: 'handler.handler',
  codeFolder,
  memoryMb: 128,
  timeoutSeconds: 10,
  variables: {
    LAMBDA_TASK_ROOT: codeFolder,
    _HANDLER: 'handler.handler',
    AWS_LAMBDA_FUNCTION_NAME: 'greeter',
    AWS_LAMBDA_FUNCTION_VERSION: '1',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
    AWS_LAMBDA_LOG_GROUP_NAME: 'x',
    AWS_LAMBDA_LOG_STREAM_NAME: 'x',
  },
  onLog: () => {},
  onTooLarge: () => {},
})
await environment.ready
process.stdout.write(`${await environment.invoke('{}')}\n`)
