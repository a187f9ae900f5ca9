export type { FileCommand } from './file-command.ts'
export type { Comparison, ListedObject, Output, Outputs } from './outputs.ts'
