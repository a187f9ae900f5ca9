import { readFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { DescribeTableCommand, DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb'
import { startLocalCloud } from '@fanout/local-cloud'
import { closeStage, openLocalStage, type Stage } from '@fanout/operator'
import { childrenOf, cpuMsOf, settle } from '../bench/local-cloud.ts'
import { ROOT, subscriberNames, synthesize } from '../workspace.ts'
import { itemBytes } from './item-bytes.ts'
import { watchRequests } from './watch-requests.ts'

/** The first uploads of a function compile it; of a million they are none. */
const ROUNDS = 4

/** Uploads photos one at a time into the real templates and bundles, and counts what they ask of each service, per photo. */
export async function recordUsage(paths: readonly string[]) {
  synthesize()
  const logBytes = new Map<string, number>()
  const requests = watchRequests()
  const assemblies = ['infra', ...subscriberNames().map((name) => `apps/${name}`)]
  const cloud = await startLocalCloud({
    assemblies: assemblies.map((folder) => join(ROOT, folder, 'cdk.out')),
    port: 0,
    functionLog: (name, line) => logBytes.set(name, (logBytes.get(name) ?? 0) + Buffer.byteLength(line) + EVENT_BYTES),
  })
  const { endpoint, region, credentials } = cloud
  const stage = await openLocalStage({ endpoint, region, stage: 'dev', ...credentials, pid: process.pid })
  try {
    const files = await Promise.all(
      paths.map(async (path) => ({ path, key: basename(path), size: (await stat(path)).size })),
    )
    await uploadAll(files, 0, stage)
    requests.clear()
    logBytes.clear()
    const before = functionsRunning()
    for (let round = 1; round <= ROUNDS; round++) await uploadAll(files, round, stage)
    const uploads = ROUNDS * files.length

    const functions = functionsRunning()
    const perUpload = (count: number) => Math.round((count / uploads) * 100) / 100
    const client = new DynamoDBClient({ endpoint, region, credentials })
    const subscribers = await Promise.all(
      stage.subscribers.map(async ({ name, functionName, resources }) => {
        const running = functions.get(functionName)
        const counted = requests.of(running?.accessKeyId)
        const tables = Object.entries(resources).flatMap(([env, table]) => (env.endsWith('_TABLE') ? [table] : []))
        return {
          name,
          requests: Object.fromEntries([...counted].map(([action, count]) => [action, perUpload(count)])),
          cpuMs: Math.round(perUpload((running?.cpuMs ?? 0) - (before.get(functionName)?.cpuMs ?? 0))),
          memoryMb: running?.memoryMb ?? 0,
          recordsInFlight: running?.recordsInFlight ?? 1,
          logBytes: Math.round(perUpload(logBytes.get(functionName) ?? 0)),
          ...(await readRows(client, tables)),
        }
      }),
    )
    return {
      recordedAt: new Date().toISOString().slice(0, 10),
      uploads,
      bytesPerUpload: Math.round(files.reduce((sum, { size }) => sum + size, 0) / files.length),
      deliveryRecordBytes: (await readRows(client, [stage.deliveriesTable ?? ''])).rowBytes,
      subscribers,
    }
  } finally {
    closeStage(stage)
    await cloud.close()
  }
}

async function uploadAll(files: Parameters<typeof settle>[1], round: number, stage: Stage): Promise<void> {
  for (const file of files) await settle(stage, [{ ...file, key: `${round} ${file.key}` }])
}

/** CloudWatch bills this much for each line beside its text. */
const EVENT_BYTES = 26

/** The functions that run here, from the environments of their processes (Linux only). */
function functionsRunning() {
  return new Map(
    childrenOf(process.pid).map((pid) => {
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
      const valueOf = (name: string) => environment.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1)
      const running = {
        accessKeyId: valueOf('AWS_ACCESS_KEY_ID'),
        memoryMb: Number(valueOf('AWS_LAMBDA_FUNCTION_MEMORY_SIZE')),
        recordsInFlight: Number(valueOf('RECORDS_IN_FLIGHT')),
        cpuMs: cpuMsOf(pid),
      }
      return [valueOf('AWS_LAMBDA_FUNCTION_NAME'), running] as const
    }),
  )
}

/** The rows of tables: their mean size, and in how many indexes the mean row is. */
async function readRows(client: DynamoDBClient, tables: readonly string[]) {
  let [rows, bytes, entries] = [0, 0, 0]
  for (const TableName of tables) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }))
    const indexes = (Table?.GlobalSecondaryIndexes ?? []).map(({ KeySchema = [] }) => KeySchema)
    for await (const { Items = [] } of paginateScan({ client }, { TableName })) {
      rows += Items.length
      bytes += Items.reduce((sum, item) => sum + itemBytes(item), 0)
      const isIn = (item: object, keys: (typeof indexes)[number]) =>
        keys.every(({ AttributeName = '' }) => AttributeName in item)
      entries += Items.reduce((sum, item) => sum + indexes.filter((keys) => isIn(item, keys)).length, 0)
    }
  }
  return rows === 0 ? { rowBytes: 0, indexes: 0 } : { rowBytes: Math.round(bytes / rows), indexes: entries / rows }
}
