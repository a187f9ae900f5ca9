/** What a replay asks of AWS, and what that costs by the prices of us-east-1. */
export interface ReplayEstimate {
  messages: number
  /** Batches of ten sent, received and deleted. */
  sqsRequests: number
  /** Batches of ten. */
  invocations: number
  /** Pages of a thousand, listed twice: to count, and to send. */
  listRequests: number
  /** Without what the subscriber itself does. */
  usd: number
}

const USD = { sqsRequest: 0.4e-6, invocation: 0.2e-6, list: 5e-6 }

export function estimateReplay(messages: number, listed: number): ReplayEstimate {
  const batches = Math.ceil(messages / 10)
  const listRequests = 2 * Math.ceil(listed / 1000)
  const sqsRequests = 3 * batches
  const usd = sqsRequests * USD.sqsRequest + batches * USD.invocation + listRequests * USD.list
  return { messages, sqsRequests, invocations: batches, listRequests, usd: Math.round(usd * 1e6) / 1e6 }
}
