import type { Account, Answer, Request } from './account.ts'

/** SSM's Parameter Store. */
export function callParameters({ action, input }: Request, { parameters }: Account): Answer {
  const found = (name: string) => ({ Name: name, Value: parameters.get(name), Type: 'String' })
  switch (action) {
    case 'GetParameter': {
      const name = String(input.Name)
      if (parameters.has(name)) return json({ Parameter: found(name) })
      return json({ __type: 'ParameterNotFound', message: name }, 400)
    }
    case 'GetParametersByPath': {
      const names = [...parameters.keys()].filter((name) => name.startsWith(String(input.Path)))
      return json({ Parameters: names.map(found) })
    }
    default:
      return json({ __type: 'UnknownOperationException', message: `the recorder does not know ssm:${action}` }, 400)
  }
}

export function json(value: unknown, status = 200): Answer {
  return { status, type: 'application/x-amz-json-1.1', body: JSON.stringify(value) }
}
