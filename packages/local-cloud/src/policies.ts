/** An IAM policy document of a template, references resolved. */
export interface PolicyDocument {
  Statement: object | object[]
}

/** Which policies decide a call: those of the caller's role and that of the resource. Every stack puts its own here. */
export interface Policies {
  addToRole: (stack: string, roleArn: string, document: PolicyDocument) => void
  /** A resource has one policy: a second one takes the first one's place, as in AWS. */
  setOfResource: (stack: string, resourceArn: string, document: PolicyDocument) => void
  /** Forgets what this stack put here, before it is provisioned again. */
  forget: (stack: string) => void
  ofRole: (roleArn: string) => PolicyDocument[]
  ofResource: (resourceArn: string) => PolicyDocument | undefined
}

export function createPolicies(): Policies {
  let roles: { stack: string; arn: string; document: PolicyDocument }[] = []
  const resources = new Map<string, { stack: string; document: PolicyDocument }>()
  return {
    addToRole: (stack, arn, document) => void roles.push({ stack, arn, document }),
    setOfResource: (stack, arn, document) => void resources.set(arn, { stack, document }),
    forget: (stack) => {
      roles = roles.filter((role) => role.stack !== stack)
      for (const [arn, resource] of resources) if (resource.stack === stack) resources.delete(arn)
    },
    ofRole: (roleArn) => roles.filter(({ arn }) => arn === roleArn).map(({ document }) => document),
    ofResource: (resourceArn) => resources.get(resourceArn)?.document,
  }
}
