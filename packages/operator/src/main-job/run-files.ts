import { awaitDeliveries, type AwaitOptions, type ObjectDeliveries } from './await-deliveries.ts'
import { createDeliverySource } from './delivery-source.ts'
import type { SourceFile } from '../upload/source-files.ts'
import type { Stage } from '../stage/stage.ts'
import { uploadObjects } from '../upload/upload-objects.ts'

/**
 * Uploads the files and waits until every subscriber has settled every one.
 * @throws {StalledError} saying which subscriber is missing what
 */
export async function runFiles(
  stage: Stage,
  files: readonly SourceFile[],
  options: AwaitOptions,
): Promise<ObjectDeliveries[]> {
  const uploads = await uploadObjects(stage, files, options.signal)
  const names = stage.subscribers.map(({ name }) => name)
  return await awaitDeliveries(uploads, names, createDeliverySource(stage), options)
}
