import { type ApiCall, ApiError, type Service, type ServiceName } from './api.ts'
import { readAll } from './request-body.ts'

/** AWS's operation names with what answers them. The input is what the SDK's types promise; each checks what it uses. */
export type JsonOperations = Record<string, (input: never, call: ApiCall) => object | Promise<object>>

/** The reply to an error, or the error thrown again. */
type OnError = (error: unknown, input: Record<string, unknown>) => Promise<{ status: number; body: object }>

/** A service of the AWS JSON protocol: the operation in x-amz-target, a JSON document in and out. */
export function createJsonService(
  name: ServiceName,
  version: '1.0' | '1.1',
  operations: JsonOperations,
  onError: OnError = (error) => Promise.reject(error),
): Service {
  const headers = { 'content-type': `application/x-amz-json-${version}` }
  return async (call) => {
    const operation = String(call.headers['x-amz-target']).split('.').at(-1) ?? ''
    const answer = Object.hasOwn(operations, operation) ? operations[operation] : undefined
    if (!answer) throw notModelled(name, operation)
    const input = parseJson(await readAll(call.body))
    const answered = Promise.resolve(answer(input as never, call)).then((body) => ({ status: 200, body }))
    const { status, body } = await answered.catch((error: unknown) => onError(error, input))
    return { status, headers, body: JSON.stringify(body) }
  }
}

export function notModelled(service: ServiceName, operation: string): ApiError {
  return new ApiError(501, 'NotImplemented', `${service}:${operation} is not modelled by the local cloud`)
}

function parseJson(bytes: Buffer): Record<string, unknown> {
  try {
    return JSON.parse(bytes.toString())
  } catch {
    throw new ApiError(400, 'SerializationException', 'the body is not a JSON document')
  }
}
