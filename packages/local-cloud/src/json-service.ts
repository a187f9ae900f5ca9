import { type ApiCall, ApiError, type Service, type ServiceName } from './api.ts'
import { readAll } from './request-body.ts'

/** AWS's operation names with what answers them. The input is what the SDK's types promise; each checks what it uses. */
export type JsonOperations = Record<string, (input: never, call: ApiCall) => object | Promise<object>>

/** A service of the AWS JSON protocol: the operation in x-amz-target, a JSON document in and out. */
export function createJsonService(name: ServiceName, version: '1.0' | '1.1', operations: JsonOperations): Service {
  const headers = { 'content-type': `application/x-amz-json-${version}` }
  return async (call) => {
    const operation = operationOf(call)
    const answer = Object.hasOwn(operations, operation) ? operations[operation] : undefined
    if (!answer) throw notModelled(name, operation)
    const output = await answer(parseJson(await readAll(call.body)) as never, call)
    return { status: 200, headers, body: JSON.stringify(output) }
  }
}

/** AWS's operation name, of `AmazonSQS.SendMessage` the last part. */
export function operationOf({ headers }: ApiCall): string {
  return (
    String(headers['x-amz-target'] ?? '')
      .split('.')
      .at(-1) ?? ''
  )
}

export function notModelled(service: ServiceName, operation: string): ApiError {
  return new ApiError(501, 'NotImplemented', `${service}:${operation} is not modelled by the local cloud`)
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString())
  } catch {
    throw new ApiError(400, 'SerializationException', 'the body is not a JSON document')
  }
}
