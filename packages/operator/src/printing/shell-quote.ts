/** A word for a POSIX shell. */
export const shellQuote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`

/** The same, quoted only where the shell would not take it as it is. */
export const shellWord = (text: string): string => (/^[\w./@:-]+$/.test(text) ? text : shellQuote(text))
