/** An error as the AWS SDK throws it. */
export function awsError(name: string, httpStatusCode: number): Error {
  return Object.assign(new Error(`${name} was answered`), { name, $metadata: { httpStatusCode } })
}
