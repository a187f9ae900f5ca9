import type { Mutation } from '../mutation.ts'
import { auditLogger } from './audit-logger.ts'
import { eventParsing } from './event-parsing.ts'
import { handler } from './handler.ts'
import { infra } from './infra.ts'
import { localCloud } from './local-cloud.ts'
import { metadataIndexer } from './metadata-indexer.ts'
import { operator } from './operator.ts'
import { thumbnailer } from './thumbnailer.ts'

export const mutations: Mutation[] = [
  ...eventParsing,
  ...handler,
  ...thumbnailer,
  ...metadataIndexer,
  ...auditLogger,
  ...infra,
  ...localCloud,
  ...operator,
]
