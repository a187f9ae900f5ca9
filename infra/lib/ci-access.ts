import { ArnFormat, Aws, CfnOutput, Validations } from 'aws-cdk-lib'
import {
  FederatedPrincipal,
  type IPrincipal,
  OidcProviderNative,
  PolicyDocument,
  PolicyStatement,
  Role,
} from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import { FanoutStack, stackName } from './fanout-stack.ts'
import { hubParameterNames } from './hub-parameters.ts'
import type { Stage } from './stages.ts'

const GITHUB = 'token.actions.githubusercontent.com'

/**
 * What GitHub's workflows of one repository may do to one stage: its pull requests may compare, its environment of the stage's name
 * may deploy. A stack of its own, deployed once and by hand, so that no workflow can widen its own rights.
 */
export class CiAccess extends FanoutStack {
  constructor(scope: Construct, stage: Stage) {
    super(scope, 'CiAccess', stage, 'what the workflows on GitHub may do')
    const { ci } = stage
    if (!ci) throw new Error(`stage ${stage.name} has no ci: { repository: 'owner/name' } (infra/lib/stages.ts)`)
    const provider = ci.providerExists ? existingProvider() : createProvider(this)
    const trusting = (subject: string) =>
      new FederatedPrincipal(
        provider,
        {
          StringEquals: {
            [`${GITHUB}:aud`]: 'sts.amazonaws.com',
            [`${GITHUB}:sub`]: `repo:${ci.repository}:${subject}`,
          },
        },
        'sts:AssumeRoleWithWebIdentity',
      )

    // Templates are no secrets, and pull requests are: they must not change anything.
    const compare = allow(['cloudformation:GetTemplate'], stacksOf(this))
    createRole(this, 'DiffRole', trusting('pull_request'), [compare])
    createRole(this, 'DeployRole', trusting(`environment:${stage.name}`), [
      compare,
      allow(['ssm:GetParameter'], parameterArn(this, hubParameterNames(stage.name).topicArn)),
      // Everything else is done by the roles of CDK's bootstrap.
      allow(['sts:AssumeRole'], ...['deploy', 'file-publishing'].map((name) => bootstrapRole(this, name))),
    ])
  }
}

/** An account has one provider for each issuer, whoever made it. */
const existingProvider = (): string => `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:oidc-provider/${GITHUB}`

function createProvider(stack: CiAccess): string {
  return new OidcProviderNative(stack, 'GitHub', { url: `https://${GITHUB}`, clientIds: ['sts.amazonaws.com'] })
    .oidcProviderArn
}

function createRole(stack: CiAccess, id: string, assumedBy: IPrincipal, statements: PolicyStatement[]): void {
  const role = new Role(stack, id, { assumedBy, inlinePolicies: { Workflow: new PolicyDocument({ statements }) } })
  Validations.of(role).acknowledge({
    id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:cloudformation:<AWS::Region>:<AWS::AccountId>:stack/${stackName(stack.stage, '*')}/*]`,
    reason: 'All stacks of the stage, also those of subscribers to come; their ARNs end in a generated id.',
  })
  new CfnOutput(stack, `${id}Arn`, { value: role.roleArn })
}

function allow(actions: string[], ...resources: string[]): PolicyStatement {
  return new PolicyStatement({ actions, resources })
}

function stacksOf(stack: CiAccess): string {
  return stack.formatArn({
    service: 'cloudformation',
    resource: 'stack',
    resourceName: `${stackName(stack.stage, '*')}/*`,
  })
}

function parameterArn(stack: CiAccess, name: string): string {
  return stack.formatArn({ service: 'ssm', resource: 'parameter', resourceName: name.slice(1) })
}

function bootstrapRole(stack: CiAccess, name: string): string {
  const resourceName = `cdk-hnb659fds-${name}-role-${stack.account}-${stack.region}`
  return stack.formatArn({
    service: 'iam',
    region: '',
    resource: 'role',
    resourceName,
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  })
}
