import type * as Sdk from '@aws-sdk/client-s3'
import type { ApiCall, Principal, Site } from '../api.ts'
import type { Blobs } from './blobs.ts'
import type { Answer } from './protocol.ts'
import type { Bucket, Store } from './store.ts'

export interface S3Parts {
  site: Site
  store: Store
  blobs: Blobs
  publish: (topicArn: string, message: string, principal: Principal) => Promise<unknown>
  /** Throws when the caller may not. */
  authorize: (principal: Principal, action: string, resource: string) => void
}

/** A call about an existing bucket; the key is empty when it is about the bucket. */
export type S3Call = ApiCall & S3Parts & { bucket: Bucket; key: string }

type Answering<Command> = Command extends new (...given: infer Given) => unknown
  ? (input: NonNullable<Given[0]>, call: S3Call) => Answer | Promise<Answer>
  : never

/** AWS's operations with what answers them: the SDK's input in, members of its output out. */
export type Operations = {
  [Name in keyof typeof Sdk as Name extends `${infer Short}Command` ? Short : never]?: Answering<(typeof Sdk)[Name]>
}
