import type { Answer } from './account.ts'

type Value = string | number | boolean | undefined | readonly Value[] | { readonly [name: string]: Value }

/** An answer of a service that speaks the Query protocol. */
export function queryAnswer(action: string, result: Value): Answer {
  return {
    type: 'text/xml',
    body: `<${action}Response><${action}Result>${toXml(result)}</${action}Result></${action}Response>`,
  }
}

export function queryError(code: string, message: string): Answer {
  return {
    status: 400,
    type: 'text/xml',
    body: `<ErrorResponse><Error><Type>Sender</Type>${toXml({ Code: code, Message: message })}</Error></ErrorResponse>`,
  }
}

/** Arrays become `<member>` each. */
export function toXml(value: Value): string {
  if (value === undefined) return ''
  if (Array.isArray(value)) return value.map((item) => `<member>${toXml(item)}</member>`).join('')
  if (typeof value !== 'object') {
    return String(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  }
  return Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .map(([name, inner]) => `<${name}>${toXml(inner)}</${name}>`)
    .join('')
}
