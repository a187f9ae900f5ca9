import type { Account, Answer, Request } from './account.ts'
import { json } from './parameters.ts'

/** SQS, as far as somebody asks how many messages wait. */
export function callQueues({ action, input }: Request, { messages }: Account): Answer {
  if (action !== 'GetQueueAttributes') return json({ __type: 'InvalidAction', message: action }, 400)
  const queue = String(input.QueueUrl).split('/').at(-1) ?? ''
  return json({ Attributes: { ApproximateNumberOfMessages: String(messages.get(queue) ?? 0) } })
}
