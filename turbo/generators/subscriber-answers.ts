import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { EVENT_FAMILIES } from '../../infra/lib/event-families.ts'
import { pascalCase } from '../../infra/lib/pascal-case.ts'

/** What is asked for a new subscriber. */
export interface SubscriberAnswers {
  name: string
  events: string[]
  /** Empty: every key. */
  prefix: string
  table: boolean
  bucket: boolean
}

export const FAMILIES = Object.keys(EVENT_FAMILIES)

/** Whoever follows removals needs expirations too: deletes by lifecycle rules do not send `removed`. */
export const DEFAULT_FAMILIES = ['created', 'removed', 'expired']

const LONGEST_NAME = 40

/** What is wrong with a name, and what to do; undefined when it can be had. */
export function refuseName(name: string, root: string): string | undefined {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > LONGEST_NAME) {
    return `the name ${JSON.stringify(name)} is not kebab-case of at most ${LONGEST_NAME} characters, e.g. word-count`
  }
  // What git leaves behind when it removes a folder, node_modules and the like, is no app
  if (existsSync(join(root, 'apps', name, 'package.json'))) return `the name ${name} is taken: apps/${name} is there`
  if (name === 'hub') return 'the name hub is taken: it is the stack that all subscribers share'
  const [, pattern] = readFileSync(join(root, '.gitignore'), 'utf8').match(new RegExp(`^(${name})/?$`, 'm')) ?? []
  if (pattern) return `the name ${name} is taken: git ignores folders of that name`
  for (const folder of workspaceFolders(root)) {
    const { name: taken } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
    if (taken === `@fanout/${name}`) return `the name ${name} is taken: ${folder} is ${taken}`
    const stack = pascalCase(name)
    const isSameStack = folder.startsWith('apps/') && pascalCase(folder.slice('apps/'.length)) === stack
    if (isSameStack) return `the name ${name} is taken: the stack of ${folder} is called ${stack} too`
  }
  return undefined
}

/** What is wrong with these event families, and what to do; undefined when nothing is. */
export function refuseEvents(events: readonly string[]): string | undefined {
  const unknown = events.filter((family) => !FAMILIES.includes(family))
  if (events.length > 0 && unknown.length === 0) return undefined
  return `${unknown.join(', ') || 'none'} is not an event family, choose from ${FAMILIES.join(', ')}`
}

function workspaceFolders(root: string): string[] {
  const inside = (folder: string) => readdirSync(join(root, folder)).map((name) => join(folder, name))
  return [...inside('apps'), ...inside('packages'), 'infra', 'e2e'].filter((folder) =>
    existsSync(join(root, folder, 'package.json')),
  )
}
