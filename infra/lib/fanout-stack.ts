import { PROJECT } from '@fanout/schemas'
import { type CfnElement, DefaultStackSynthesizer, type IStackSynthesizer, Stack } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { keepsData, type Stage } from './stages.ts'

/** The name of a stage's stack; `*` for all of them. */
export const stackName = (stage: Stage, name: string): string => `${PROJECT}-${stage.name}-${name}`

/** A stack `Fanout-<stage>-<name>` whose template can be read: its logical ids are the constructs' own ids. */
export abstract class FanoutStack extends Stack {
  readonly stage: Stage

  constructor(scope: Construct, name: string, stage: Stage, description: string) {
    super(scope, stackName(stage, name), {
      description: `${PROJECT} ${stage.name}: ${description}`,
      env: {
        ...(stage.account === undefined ? {} : { account: stage.account }),
        ...(stage.region === undefined ? {} : { region: stage.region }),
      },
      terminationProtection: keepsData(stage),
      // The rule only repeats a check of `cdk deploy`, as a page of parameters and assertions in every template.
      // The cast: CDK's class misses its own interface under exactOptionalPropertyTypes.
      synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }) as IStackSynthesizer,
    })
    this.stage = stage
  }

  /** `Queue/Policy/Resource` is `QueuePolicy`. Without CDK's hash an id changes only when somebody renames a construct. */
  protected override allocateLogicalId(element: CfnElement): string {
    const [, ...ids] = element.node.path.split('/')
    return ids.filter((id) => id !== 'Resource').join('')
  }
}
