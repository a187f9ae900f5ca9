import type { Fate, GatewayCall } from '../cloud/gateway.ts'
import type { Fault } from './fault.ts'

/** What AWS answers when a call ends in this fault. */
export function replyOf({ error, status }: Fault, { operation }: GatewayCall): Fate {
  if (status === 0) return 'dropped before'
  if (operation.endsWith('Item')) {
    const type = `com.amazonaws.dynamodb.v20120810#${error}`
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': 'DRILL' }
    return { status, headers, body: JSON.stringify({ __type: type, message: `${error}, says the drill` }) }
  }
  const headers = { 'content-type': 'application/xml', 'x-amz-request-id': 'DRILL' }
  // HEAD has no body: only the status tells
  if (operation === 'HeadObject') return { status, headers, body: '' }
  return { status, headers, body: `<Error><Code>${error}</Code><Message>says the drill</Message></Error>` }
}
