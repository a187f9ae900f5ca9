/** Text that came from elsewhere, for a terminal: a key may hold line breaks and escape sequences. */
export const printable = (text: string): string => text.replaceAll(/\p{Cc}/gu, '\u{FFFD}')
