import type { FileType } from './sniff-type.ts'

/** Which kind of text these bytes begin, or `undefined` when they are no text. */
export function sniffText(head: Buffer): FileType | undefined {
  const text = decodeText(head)?.trimStart()
  if (text === undefined) return undefined
  if (/^<(!doctype\s+html|html|head|body)[\s>]/i.test(text)) return { format: 'html', mime: 'text/html' }
  const isMarkup = text.startsWith('<')
  if (isMarkup && /<(!DOCTYPE\s+)?(\w+:)?svg[\s>/]/.test(text)) return { format: 'svg', mime: 'image/svg+xml' }
  if (text.startsWith('<?xml')) return { format: 'xml', mime: 'application/xml' }
  if (/^(\[\s*)?\{\s*"[^"]*"\s*:/.test(text)) return { format: 'json', mime: 'application/json' }
  return { format: 'text', mime: 'text/plain' }
}

/** UTF-8, or UTF-16 with its mark, without the control characters that texts do not have. */
function decodeText(head: Buffer): string | undefined {
  try {
    // streaming: a character that is cut off at the end is no error
    const text = new TextDecoder(encodingOf(head), { fatal: true }).decode(head, { stream: true })
    // oxlint-disable-next-line no-control-regex -- just these
    return /[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]/.test(text) ? undefined : text
  } catch {
    return undefined
  }
}

function encodingOf(head: Buffer): string {
  const mark = head.toString('hex', 0, 2)
  return mark === 'fffe' ? 'utf-16le' : mark === 'feff' ? 'utf-16be' : 'utf-8'
}
