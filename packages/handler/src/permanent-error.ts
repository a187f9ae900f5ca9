/**
 * A failure that no retry will cure and an operator should see: the message goes to the dead-letter queue at once, with
 * this message as the reason. For an object that can never be processed return `rejected(reason)` instead.
 */
export class PermanentError extends Error {
  override readonly name = 'PermanentError'
}
