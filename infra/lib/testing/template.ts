/** A CloudFormation template, as far as promises look at it. */
export interface TemplateJson {
  readonly Parameters?: Readonly<Record<string, unknown>>
  readonly Resources: Readonly<Record<string, TemplateResource>>
}

interface TemplateResource {
  readonly Type: string
  readonly Properties?: Properties
  readonly DependsOn?: string | readonly string[]
  readonly DeletionPolicy?: string
  readonly UpdateReplacePolicy?: string
}

type Properties = Readonly<Record<string, unknown>>

export interface Resource {
  readonly id: string
  readonly type: string
  readonly properties: Properties
  readonly dependsOn: readonly string[]
  /** When the stack goes. */
  readonly deletionPolicy: string | undefined
  /** When another resource takes its place. */
  readonly replacePolicy: string | undefined
}

/** The resources of a template, all or those of some types. */
export function resourcesIn({ Resources }: TemplateJson, ...types: string[]): Resource[] {
  return Object.entries(Resources)
    .filter(([, { Type }]) => types.length === 0 || types.includes(Type))
    .map(([id, { Type, Properties = {}, DependsOn = [], DeletionPolicy, UpdateReplacePolicy }]) => ({
      id,
      type: Type,
      properties: Properties,
      dependsOn: [DependsOn].flat(),
      deletionPolicy: DeletionPolicy,
      replacePolicy: UpdateReplacePolicy,
    }))
}

/** The logical id that a `Ref` or a `Fn::GetAtt` names. */
export function idOf(reference: unknown): string | undefined {
  if (typeof reference !== 'object' || reference === null) return undefined
  if ('Ref' in reference) return String(reference.Ref)
  if (!('Fn::GetAtt' in reference)) return undefined
  const target = reference['Fn::GetAtt']
  return Array.isArray(target) ? String(target[0]) : undefined
}

/** A value inside of a resource's properties. */
export function valueAt({ properties }: Resource, ...path: string[]): unknown {
  return path.reduce<unknown>(
    (value, name) =>
      typeof value === 'object' && value !== null
        ? Object.entries(value).find(([key]) => key === name)?.[1]
        : undefined,
    properties,
  )
}

export function numberAt(resource: Resource, name: string): number | undefined {
  const value = resource.properties[name]
  return typeof value === 'number' ? value : undefined
}

export function resourceNamed(template: TemplateJson, reference: unknown): Resource | undefined {
  const id = idOf(reference)
  return resourcesIn(template).find((resource) => resource.id === id)
}

/** Each mapping with its queue and its function. */
export function mappingsIn(template: TemplateJson) {
  return resourcesIn(template, 'AWS::Lambda::EventSourceMapping').flatMap((mapping) => {
    const queue = resourceNamed(template, mapping.properties.EventSourceArn)
    const fn = resourceNamed(template, mapping.properties.FunctionName)
    return queue && fn ? [{ mapping, queue, fn }] : []
  })
}

export function isDeadLetterQueue(template: TemplateJson, id: string): boolean {
  return resourcesIn(template, 'AWS::SQS::Queue').some(
    (queue) => idOf(valueAt(queue, 'RedrivePolicy', 'deadLetterTargetArn')) === id,
  )
}

export const isQueue = (template: TemplateJson, arn: unknown): boolean =>
  resourceNamed(template, arn)?.type === 'AWS::SQS::Queue'

/** Only the uploads bucket tells a topic of its objects. */
export const isUploads = ({ properties }: Resource): boolean => properties.NotificationConfiguration !== undefined

export function policiesOf(template: TemplateJson, id: string): Resource[] {
  return resourcesIn(template, 'AWS::SNS::TopicPolicy', 'AWS::SQS::QueuePolicy', 'AWS::S3::BucketPolicy').filter(
    ({ properties }) =>
      [properties.Topics, properties.Queues, properties.Bucket].flat().some((target) => idOf(target) === id),
  )
}
