import type { Content } from '../content.ts'
import type { Operation } from '../operation.ts'

/** What happens to a key: all but the last is done before, and in the calls for the last there is a fault. */
export interface Scenario {
  name: string
  operations: (key: string, contents: Content[]) => Operation[]
}

export const scenarios: Scenario[] = [
  { name: 'upload', operations: (key, [one]) => [write(key, 1, one)] },
  { name: 'replacement', operations: (key, [one, other]) => [write(key, 1, one), write(key, 2, other)] },
  { name: 'removal', operations: (key, [one]) => [write(key, 1, one), hide(key, 2)] },
  { name: 'tagging', operations: (key, [one]) => [write(key, 1, one), tag(key, 1)] },
]

const plain = { at: 0, requestId: '' }

function write(key: string, number: number, content: Content | undefined): Operation {
  const said = { type: 'write', eventName: 'ObjectCreated:Put' } as const
  return { ...plain, ...said, key, versionId: `${key} ${number}`, ...(content && { content, eTag: content.eTag }) }
}

function hide(key: string, number: number): Operation {
  const said = { type: 'hide', eventName: 'ObjectRemoved:DeleteMarkerCreated' } as const
  return { ...plain, ...said, key, versionId: `${key} ${number}` }
}

function tag(key: string, number: number): Operation {
  return { ...plain, type: 'annotate', eventName: 'ObjectTagging:Put', key, versionId: `${key} ${number}` }
}
