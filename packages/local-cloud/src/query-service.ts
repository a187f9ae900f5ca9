import { type ApiCall, type Service, type ServiceName } from './api.ts'
import { notModelled } from './json-service.ts'
import { readAll } from './request-body.ts'
import { toXml, type XmlElements } from './xml.ts'

/** AWS's operation names with what answers them; the parameters are flat, like `MessageAttributes.entry.1.Name`. */
export type QueryOperations = Record<
  string,
  (parameters: URLSearchParams, call: ApiCall) => XmlElements | Promise<XmlElements>
>

/** A service of the AWS query protocol: a form with the operation as its Action in, XML out. */
export function createQueryService(name: ServiceName, namespace: string, operations: QueryOperations): Service {
  return async (call) => {
    const parameters = new URLSearchParams((await readAll(call.body)).toString())
    const action = parameters.get('Action') ?? ''
    const answer = Object.hasOwn(operations, action) ? operations[action] : undefined
    if (!answer) throw notModelled(name, action)
    const body = toXml(`${action}Response`, ` xmlns="${namespace}"`, {
      [`${action}Result`]: await answer(parameters, call),
      ResponseMetadata: { RequestId: call.requestId },
    })
    return { status: 200, headers: { 'content-type': 'text/xml' }, body }
  }
}
