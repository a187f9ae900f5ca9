/** A key that is not valid URL encoding: no retry will make it readable. */
export class UndecodableKeyError extends Error {
  override readonly name = 'UndecodableKeyError'
}

/**
 * Decodes the key of an S3 notification, exactly once and byte-exact (never Unicode-normalised: NFC and NFD are two keys).
 * @throws {UndecodableKeyError} for malformed percent-encoding or bytes that are not UTF-8
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export function decodeKey(rawKey: string): string {
  try {
    // S3 encodes a space as '+', and decodeURIComponent leaves it alone
    return decodeURIComponent(rawKey.replaceAll('+', ' '))
  } catch (cause) {
    throw new UndecodableKeyError(`cannot decode key ${JSON.stringify(rawKey)}: malformed URL encoding`, { cause })
  }
}
