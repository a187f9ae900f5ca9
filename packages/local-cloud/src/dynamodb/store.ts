import { createRequire } from 'node:module'
import type { Site } from '../api.ts'

export type Item = Record<string, Record<string, unknown>>
export type Output = Record<string, unknown> & { Items?: Item[]; Item?: Item; LastEvaluatedKey?: Item }

/** dynalite's own error: the reply that its HTTP server would send. */
export interface DynaliteError {
  statusCode: number
  body: { __type: string; message?: string; Message?: string }
}

/** dynalite without its HTTP server: one call is one function, and nothing but this process can reach the tables. */
export interface DynaliteStore {
  /** Rejects with a DynaliteError for everything that DynamoDB refuses. */
  execute: (operation: string, input: object) => Promise<Output>
  close: () => Promise<void>
}

interface Store {
  tableDb: { awsAccountId: string; awsRegion: string }
  db: { close: (done: (error?: Error) => void) => void }
}
interface Validation {
  types: unknown
  custom: unknown
}
interface Validations {
  checkTypes: (input: unknown, types: unknown) => unknown
  checkValidations: (input: unknown, types: unknown, custom: unknown, store: Store) => void
}
type Action = (store: Store, input: unknown, done: (error: unknown, output: Output) => void) => void

// dynalite has no types and exports only a server, so its parts are loaded by path: the version is pinned in the catalog
const require = createRequire(import.meta.url)

/** Tables in LevelDB at `path`, with the account and region of the site in their ARNs. */
export function openDynaliteStore(path: string, site: Site): DynaliteStore {
  const database: { create: (options: object) => Store } = require('dynalite/db')
  const validations: Validations = require('dynalite/validations')
  const store = database.create({ path, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 })
  store.tableDb.awsAccountId = site.accountId
  store.tableDb.awsRegion = site.region
  return {
    execute: (operation, input) =>
      new Promise((resolve, reject) => {
        const name = operation[0]!.toLowerCase() + operation.slice(1)
        const { types, custom }: Validation = require(`dynalite/validations/${name}`)
        const action: Action = require(`dynalite/actions/${name}`)
        // It deletes from what it is given whatever dynalite does not know
        const checked = validations.checkTypes({ ...input }, types)
        validations.checkValidations(checked, types, custom, store)
        action(store, checked, (error, output) => (error ? reject(error) : resolve(output)))
      }),
    close: () => new Promise((resolve, reject) => store.db.close((error) => (error ? reject(error) : resolve()))),
  }
}

export function isDynaliteError(error: unknown): error is DynaliteError {
  return typeof error === 'object' && error !== null && 'statusCode' in error && 'body' in error
}
