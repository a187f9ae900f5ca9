import { createRequire } from 'node:module'
import type { AttributeValue, TableDescription } from '@aws-sdk/client-dynamodb'
import type { Site } from '../api.ts'

export type Item = Record<string, AttributeValue>
export interface Output {
  Table?: TableDescription
  Item?: Item
  Items?: Item[]
  LastEvaluatedKey?: Item
}

/** What DynamoDB's server would reply. */
export interface Refusal {
  statusCode: number
  body: { __type: string; message?: string }
}

interface Store {
  tableDb: { awsAccountId: string; awsRegion: string }
  db: { close: (done: (error?: Error) => void) => void }
}
interface Validations {
  checkTypes: (input: object, types: unknown) => object
  checkValidations: (input: object, types: unknown, custom: unknown, store: Store) => void
}
type Action = (store: Store, input: object, done: (error: Error | null, output: Output) => void) => void

/** dynalite without its HTTP server: a call is a function, and nothing but this process can reach the tables. */
export interface TableStore {
  /** Rejects with a Refusal for whatever DynamoDB refuses. */
  execute: (operation: string, input: object) => Promise<Output>
  close: () => Promise<void>
}

// dynalite has no types and exports only a server: its parts are loaded by path, and its version is pinned in the catalog
const require = createRequire(import.meta.url)

/** Tables in LevelDB at `path`, with the site's account and region in their ARNs. */
export function openTableStore(path: string, site: Site): TableStore {
  const database: { create: (options: object) => Store } = require('dynalite/db')
  const validations: Validations = require('dynalite/validations')
  const store = database.create({ path, createTableMs: 0 })
  Object.assign(store.tableDb, { awsAccountId: site.accountId, awsRegion: site.region })

  async function execute(operation: string, input: object): Promise<Output> {
    const name = `${operation[0]?.toLowerCase()}${operation.slice(1)}`
    const { types, custom } = require(`dynalite/validations/${name}`)
    const action: Action = require(`dynalite/actions/${name}`)
    // A copy: it deletes from what it is given whatever dynalite does not know
    const checked = validations.checkTypes({ ...input }, types)
    validations.checkValidations(checked, types, custom, store)
    return new Promise((resolve, reject) =>
      action(store, checked, (error, output) => (error ? reject(error) : resolve(output))),
    )
  }

  const close = () =>
    new Promise<void>((resolve, reject) => store.db.close((error) => (error ? reject(error) : resolve())))
  return { execute, close }
}

export function isRefusal(error: unknown, type = ''): error is Refusal {
  return error instanceof Error && 'statusCode' in error && (error as unknown as Refusal).body.__type.endsWith(type)
}
