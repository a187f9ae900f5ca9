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
}

/** Mutations of one workspace, whose own tests must notice them; `file` is a path in it. */
export function mutationsOf(workspace: string, mutations: Omit<Mutation, 'workspace'>[]): Mutation[] {
  return mutations.map((mutation) => ({ ...mutation, workspace, file: `${workspace}/${mutation.file}` }))
}
