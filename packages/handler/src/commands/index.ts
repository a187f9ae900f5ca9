export type { FileCommand } from './file-command.ts'
