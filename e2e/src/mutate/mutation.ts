/** A one-line change that breaks one rule; some test of the named packages must notice it. */
export interface Mutation {
  /** The rule that it breaks, as a short sentence. */
  breaks: string
  /** Path from the root of the repository. */
  file: string
  /** Text that stands in the file exactly once. */
  find: string
  replace: string
  /** Workspace folders whose tests are run, the likeliest to notice first. */
  testedBy: string[]
}
