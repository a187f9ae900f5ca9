import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A change in one place that breaks one rule; some test of its workspace must notice it. */
export interface Mutation {
  /** The rule that it breaks, as a short sentence. */
  breaks: string
  /** Path from the root of the repository. */
  file: string
  /** Text that stands in the file exactly once. */
  find: string
  replace: string
  /** The workspace folder whose tests are run. */
  workspace: string
  /** A pattern in the name of the test that must notice. Absent: any of the workspace may. */
  by?: string
}

/** Mutations of one workspace, whose own tests must notice them; `file` is a path in it. */
export function mutationsOf(workspace: string, mutations: Omit<Mutation, 'workspace'>[]): Mutation[] {
  return mutations.map((mutation) => ({ ...mutation, workspace, file: `${workspace}/${mutation.file}` }))
}

/** The file with the rule broken. Throws when the code has changed, so that the mutation must be written anew. */
export function mutate({ file, find, replace }: Mutation, root: string): { original: string; mutated: string } {
  const original = readFileSync(join(root, file), 'utf8')
  const places = original.split(find).length - 1
  if (places !== 1) throw new Error(`${file} has ${places} places for the mutation: ${find}`)
  // A function, because a '$' in a replacement string would be special
  return { original, mutated: original.replace(find, () => replace) }
}
