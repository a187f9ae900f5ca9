/** Where a page ended, as one word without spaces or quotes: every page is in the order of the keys. */
export const encodeNext = (lastKey: string): string => Buffer.from(lastKey).toString('base64url')

export const decodeNext = (token: string): string => Buffer.from(token, 'base64url').toString()
