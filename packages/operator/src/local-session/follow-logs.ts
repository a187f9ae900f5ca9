import { join } from 'node:path'
import type { FunctionLogs } from './function-logs.ts'
import type { LocalSession } from './local-session.ts'
import { openLogFiles } from './log-files.ts'
import { stateFolder } from '../workspace.ts'

/**
 * Writes what the functions log from now on into files, and tells it by subscriber.
 * @returns closes the files
 */
export function followLogs(
  root: string,
  session: Pick<LocalSession, 'stage'>,
  logs: FunctionLogs,
  onLine: (subscriber: string, line: string) => void,
): () => void {
  const files = openLogFiles(join(stateFolder(root), 'logs'))
  logs.follow((functionName, line) => {
    const found = session.stage.subscribers.find((subscriber) => subscriber.functionName === functionName)
    const subscriber = found?.name ?? functionName
    files.write(subscriber, line)
    onLine(subscriber, line)
  })
  return files.close
}
