import { type Acknowledgment, type Stack, Validations } from 'aws-cdk-lib'
import { AttributeType, ProjectionType, Table } from 'aws-cdk-lib/aws-dynamodb'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { Bucket } from 'aws-cdk-lib/aws-s3'
import type { Stage } from './stages.ts'
import { ABORT_INCOMPLETE_UPLOADS, bucketProps, tableProps } from './storage-props.ts'

export interface OwnBucket {
  /** The environment variable that tells the function the bucket's name. */
  readonly env: string
  /** What the function may do with the objects in it. */
  readonly actions: readonly `s3:${string}Object${string}`[]
  /** Whether it may list the bucket. Without that S3 answers 403 instead of 404 for an object that is not there. */
  readonly list?: boolean
}

export interface OwnTable {
  /** The environment variable that tells the function the table's name. */
  readonly env: string
  /** Names of string attributes. */
  readonly partitionKey: string
  readonly sortKey?: string
  /** The attribute that says, in epoch seconds, when an item may go. */
  readonly timeToLive?: string
  /** By what else items are found. Each costs a write more for every item that has its attributes. */
  readonly indexes?: readonly OwnIndex[]
  /** What the function may do with the items in it. */
  readonly actions: readonly `dynamodb:${string}`[]
}

/** A global secondary index. CloudFormation adds or removes one of them per deploy of a table that exists. */
export interface OwnIndex {
  readonly name: string
  /** Names of string attributes. */
  readonly partitionKey: string
  readonly sortKey?: string
  /** What it holds of an item beside the keys. */
  readonly attributes: readonly string[]
}

/** Adds resources to a subscriber's stack. `id` is the logical id: a new one is a new, empty resource. */
export interface OwnResources {
  addBucket(this: void, id: string, bucket: OwnBucket): void
  addTable(this: void, id: string, table: OwnTable): void
}

/** Collects, beside the resources, what the function must be told and allowed. */
export function createOwnResources(stack: Stack, stage: Stage, key: IKey | undefined) {
  const names: Record<string, string> = {}
  const statements: PolicyStatement[] = []
  const acknowledgments: Acknowledgment[] = []
  const allow = (actions: readonly string[], resource: string) =>
    statements.push(new PolicyStatement({ actions: [...actions], resources: [resource] }))

  function check(id: string, env: string, actions: readonly string[], exact: RegExp): void {
    const refuse = (problem: string) => {
      throw new Error(`infra.ts: resources: ${id}${problem}`)
    }
    if (!/^[A-Z][A-Za-z0-9]*$/.test(id)) refuse(' is not an id in PascalCase')
    if (stack.node.tryFindChild(id) || TAKEN_IDS.includes(id)) refuse(' is taken, choose another id')
    if (!/^[A-Z][A-Z0-9_]+$/.test(env ?? '')) refuse(`: env is ${env}, it should be a name like WORDS_TABLE`)
    if (env in names) refuse(`: env ${env} is taken, choose another name`)
    if (!actions?.length) refuse(' has no actions, name what the job does with it')
    const inexact = actions.find((action) => !exact.test(action))
    if (inexact !== undefined) refuse(`: ${inexact} is not the name of one action on what it holds`)
  }

  const resources: OwnResources = {
    addBucket(id, { env, actions, list = false }) {
      check(id, env, actions, /^s3:\w*Object\w*$/)
      const bucket = new Bucket(stack, id, { ...bucketProps(stage, key), lifecycleRules: [ABORT_INCOMPLETE_UPLOADS] })
      Validations.of(bucket).acknowledge({
        id: 'AwsSolutions-S1',
        reason: 'Written by one function alone, from objects whose own changes the audit logger keeps.',
      })
      names[env] = bucket.bucketName
      allow(actions, bucket.arnForObjects('*'))
      acknowledgments.push({
        id: `AwsSolutions-IAM5[Resource::<${id}.Arn>/*]`,
        reason: 'All objects of the bucket that belongs to this subscriber alone.',
      })
      if (list) allow(['s3:ListBucket'], bucket.bucketArn)
    },
    addTable(id, { env, partitionKey, sortKey, timeToLive, indexes = [], actions }) {
      check(id, env, actions, /^dynamodb:\w+$/)
      if (!partitionKey) throw new Error(`infra.ts: resources: ${id} needs a partitionKey, the name of an attribute`)
      const table = new Table(stack, id, {
        ...tableProps(stage, key, `${stack.stackName}-${id}`),
        ...keysOf({ partitionKey, sortKey }),
        ...(timeToLive === undefined ? {} : { timeToLiveAttribute: timeToLive }),
      })
      for (const { name, attributes, ...keys } of indexes) {
        table.addGlobalSecondaryIndex({
          indexName: name,
          ...keysOf(keys),
          projectionType: ProjectionType.INCLUDE,
          nonKeyAttributes: [...attributes],
        })
      }
      names[env] = table.tableName
      allow(actions, table.tableArn)
    },
  }
  return { resources, names, statements, acknowledgments }
}

function keysOf({ partitionKey, sortKey }: { partitionKey: string; sortKey?: string | undefined }) {
  const attribute = (name: string) => ({ name, type: AttributeType.STRING })
  return { partitionKey: attribute(partitionKey), ...(sortKey === undefined ? {} : { sortKey: attribute(sortKey) }) }
}

/** Of what a function comes with. */
const TAKEN_IDS = [
  'DeadLetters',
  'Queue',
  'Subscription',
  'Logs',
  'Role',
  'Function',
  'Mapping',
  'Registration',
  'Alarms',
  'Queries',
]
