/** How often something goes wrong, as probabilities for each side of a call: before its effect and after. */
export interface Trouble {
  failures: number
  deaths: number
  errors: (() => Error)[]
}

/** Errors of S3 and DynamoDB that may pass, as the AWS SDK throws them, and those of the network. */
export const passingErrors: (() => Error)[] = [
  awsError('SlowDown', 503),
  awsError('InternalError', 500),
  awsError('ServiceUnavailable', 503),
  awsError('RequestTimeout', 400),
  awsError('AccessDenied', 403),
  awsError('ThrottlingException', 400),
  awsError('ProvisionedThroughputExceededException', 400),
  networkError('ECONNRESET'),
  networkError('ETIMEDOUT'),
  networkError('EPIPE'),
]

/** An error as the AWS SDK throws it. */
export function awsError(name: string, httpStatusCode: number): () => Error {
  return () => Object.assign(new Error(`${name}, says the drill`), { name, $metadata: { httpStatusCode } })
}

function networkError(code: string): () => Error {
  return () => Object.assign(new Error(`read ${code}`), { code })
}
