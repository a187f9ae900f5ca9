import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { readLines } from '../../src/input/read-lines.ts'

test('takes a line for a line wherever the bytes are cut, and only a line feed for its end', async () => {
  const bytes = Buffer.from('ü.jpg\n\nline\u2028separator\rand return.jpg\nlast.jpg')

  const lines: string[] = []
  for await (const line of readLines(Readable.from([...bytes].map((byte) => Buffer.from([byte]))))) lines.push(line)

  expect(lines).toEqual(['ü.jpg', 'line\u2028separator\rand return.jpg', 'last.jpg'])
})
