import { Upload } from '@aws-sdk/lib-storage'
import { createReadStream } from 'node:fs'
import pMap from 'p-map'
import { contentTypeOf } from './content-type.ts'
import { whyUnreadable } from '../input/file-errors.ts'
import type { SourceFile } from './source-files.ts'
import type { Stage } from '../stage/stage.ts'

/** One object that was put into the stage's uploads bucket. */
export interface UploadedObject {
  key: string
  path: string
  bucket: string
  size: number
  eTag: string | undefined
  versionId: string | undefined
  /** When its upload began, in epoch milliseconds: events of earlier objects with this key are older. */
  startedAt: number
}

const PARALLEL_UPLOADS = 8
const PART_BYTES = 8 * 1024 * 1024

/**
 * Uploads the files in parallel, in parts where they are big.
 * @throws {Error} naming the first file that could not be uploaded
 */
export async function uploadObjects(
  stage: Pick<Stage, 'clients' | 'uploadsBucket'>,
  files: readonly SourceFile[],
  signal?: AbortSignal,
): Promise<UploadedObject[]> {
  return await pMap(files, (file) => uploadObject(stage, file), {
    concurrency: PARALLEL_UPLOADS,
    ...(signal ? { signal } : {}),
  })
}

async function uploadObject(
  { clients, uploadsBucket }: Pick<Stage, 'clients' | 'uploadsBucket'>,
  { path, key, size }: SourceFile,
): Promise<UploadedObject> {
  const startedAt = Date.now()
  // The stream makes a buffer of this size for each file: of 8 MB for a small one, it took more time than all the rest.
  const body = createReadStream(path, { highWaterMark: Math.max(1, Math.min(size, PART_BYTES)) })
  const upload = new Upload({
    client: clients.s3,
    partSize: PART_BYTES,
    params: { Bucket: uploadsBucket, Key: key, Body: body, ContentType: contentTypeOf(path) },
  })
  try {
    const { ETag, VersionId } = await upload.done()
    return { key, path, bucket: uploadsBucket, size, eTag: ETag, versionId: VersionId, startedAt }
  } catch (cause) {
    throw new Error(`cannot upload ${path}: ${whyUnreadable(cause)}`, { cause })
  } finally {
    body.destroy()
  }
}
