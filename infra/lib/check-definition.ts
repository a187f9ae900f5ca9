import { Duration } from 'aws-cdk-lib'
import type { FunctionDefinition, SubscriberDefinition } from './define-subscriber.ts'
import { EVENT_FAMILIES } from './event-families.ts'

/**
 * Checks what infra.ts exports. TypeScript says the same in the editor, but Node runs infra.ts without asking it.
 * @param furtherFunctions `<name>` for each `src/<name>.handler.ts`
 * @throws Error with a line for each wrong field: what it is, and what it should be
 */
export function checkDefinition(definition: SubscriberDefinition, furtherFunctions: readonly string[]): void {
  const { functions = {}, ...main } = definition
  const problems = [
    ...problemsOf(definition, { ...FUNCTION_FIELDS, ...SUBSCRIBER_FIELDS }),
    ...problemsTogether(main),
    ...Object.entries(functions).flatMap(([name, differences]) => {
      const found = furtherFunctions.includes(name)
        ? [...problemsOf(differences, FUNCTION_FIELDS), ...problemsTogether({ ...main, ...differences })]
        : [`there is no src/${name}.handler.ts, add that file or remove this`]
      return found.map((problem) => `functions.${name}: ${problem}`)
    }),
  ]
  for (const field of ['memoryMb', 'timeout'] as const) {
    if (definition[field] === undefined) problems.push(`${field} is missing, it should be ${FUNCTION_FIELDS[field][0]}`)
  }
  if (problems.length > 0) throw new Error(problems.map((problem) => `infra.ts: ${problem}`).join('\n'))
}

/** What a field should be, and whether it is. */
type Field = readonly [should: string, is: (value: unknown) => boolean]

const isWholeNumber = (least: number, most: number) => (value: unknown) =>
  Number.isInteger(value) && Number(value) >= least && Number(value) <= most

const isDuration = (least: number, most: number) => (value: unknown) =>
  value instanceof Duration && isWholeNumber(least, most)(value.toSeconds({ integral: false }))

const isListOf = (isItem: (value: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.length > 0 && value.every(isItem)

const isText = (value: unknown) => typeof value === 'string' && value !== ''
const isRecord = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value)

const FUNCTION_FIELDS: Readonly<Record<keyof FunctionDefinition, Field>> = {
  events: [
    `a list of some of ${Object.keys(EVENT_FAMILIES).join(', ')}`,
    isListOf((value) => typeof value === 'string' && Object.hasOwn(EVENT_FAMILIES, value)),
  ],
  prefix: ['a text, or a list of texts', (value) => isText(value) || isListOf(isText)(value)],
  memoryMb: ['a whole number from 128 to 10240', isWholeNumber(128, 10_240)],
  timeout: ['a duration from 1 second to 15 minutes, e.g. Duration.seconds(30)', isDuration(1, 900)],
  batchSize: ['a whole number from 1 to 10000', isWholeNumber(1, 10_000)],
  batchWindow: ['a duration of at most 5 minutes, e.g. Duration.seconds(5)', isDuration(0, 300)],
  maxAttempts: ['a whole number from 1 to 50', isWholeNumber(1, 50)],
  maxConcurrency: ['a whole number from 2 to 1000', isWholeNumber(2, 1000)],
  recordsInFlight: ['a whole number from 1', isWholeNumber(1, Infinity)],
  environment: [
    "names and texts, e.g. { SIZES: '512,128' }, none of them Lambda's own",
    (value) => isRecord(value) && Object.entries(value as object).every(isVariable),
  ],
}

const SUBSCRIBER_FIELDS: Readonly<Record<Exclude<keyof SubscriberDefinition, keyof FunctionDefinition>, Field>> = {
  functions: ['an object with a member per function, e.g. { nightly: { memoryMb: 512 } }', isRecord],
  readsUploads: ['true or false', (value) => typeof value === 'boolean'],
  resources: ['a function, e.g. (own) => own.addTable(…)', (value) => typeof value === 'function'],
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
function isVariable([name, value]: [string, unknown]): boolean {
  const isReserved =
    /^(LAMBDA_|AWS_(REGION|DEFAULT_REGION|EXECUTION_ENV|(SECRET_)?ACCESS_KEY|SESSION_TOKEN|LAMBDA_(FUNCTION|INIT|LOG|RUNTIME)))/
  return /^[A-Za-z]\w+$/.test(name) && !isReserved.test(name) && typeof value === 'string'
}

function problemsOf(value: object, fields: Readonly<Record<string, Field>>): string[] {
  return Object.entries(value).flatMap(([name, given]) => {
    const [should, is] = fields[name] ?? []
    if (!should || !is) return `${name} is not a field, the fields are ${Object.keys(fields).join(', ')}`
    return given === undefined || is(given) ? [] : `${name} is ${show(given)}, it should be ${should}`
  })
}

function problemsTogether({ batchSize = 10, batchWindow }: FunctionDefinition): string[] {
  return batchSize > 10 && !batchWindow ? [`batchSize ${batchSize} is more than 10 and needs a batchWindow`] : []
}

function show(value: unknown): string {
  return value instanceof Duration ? value.toString() : (JSON.stringify(value) ?? typeof value)
}
