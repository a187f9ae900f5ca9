import { openStage, type StageChoice } from '../stage/open-stage.ts'
import { closeStage, type Stage } from '../stage/stage.ts'
import { WORKSPACE_ROOT } from '../workspace.ts'

/** Opens the stage that a person chose, for one piece of work. */
export async function withStage<T>(choice: StageChoice, work: (stage: Stage) => Promise<T>): Promise<T> {
  const stage = await openStage(WORKSPACE_ROOT, choice)
  try {
    return await work(stage)
  } finally {
    closeStage(stage)
  }
}
