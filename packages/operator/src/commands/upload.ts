import { Command } from 'commander'
import { example, jsonOption, portOption, stageOption } from '../command-line/command-options.ts'
import { withInterruption } from '../command-line/interruption.ts'
import { openStage } from '../stage/open-stage.ts'
import { printable } from '../printing/printable.ts'
import { findSourceFiles } from '../upload/source-files.ts'
import { closeStage } from '../stage/stage.ts'
import { uploadObjects } from '../upload/upload-objects.ts'
import { WORKSPACE_ROOT } from '../workspace.ts'

export const uploadCommand = (): Command =>
  new Command('upload')
    .description('Uploads files to the pipeline, each under its base name.')
    .argument('<path...>', 'files')
    .option('--prefix <prefix>', 'put before each name', '')
    .addOption(jsonOption())
    .addOption(stageOption())
    .addOption(portOption())
    .addHelpText('after', example("pnpm fanout upload *.jpg --prefix 'holiday 2026/'"))
    .action(async (paths: string[], options: { prefix: string; json?: true; stage?: string; port?: number }) => {
      const files = await findSourceFiles(paths, options.prefix)
      const stage = await openStage(WORKSPACE_ROOT, options)
      const objects = await withInterruption((signal) => uploadObjects(stage, files, signal)).finally(() =>
        closeStage(stage),
      )
      if (options.json) {
        const uploaded = objects.map(({ key, path, bucket, size, eTag = null, versionId = null }) => ({
          key,
          path,
          bucket,
          size,
          eTag,
          versionId,
        }))
        console.log(JSON.stringify({ objects: uploaded }, undefined, 2))
        return
      }
      for (const { bucket, key, size } of objects) console.log(`s3://${bucket}/${printable(key)}  ${size} bytes`)
    })
