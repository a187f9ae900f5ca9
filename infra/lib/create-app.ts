import { App, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag'

/** A CDK app whose synth fails on an invalid template and on every finding of cdk-nag that nobody has answered. */
export function createApp(): App {
  const app = new App({
    // Whoever creates it calls synth(). CDK would call it once more when the process ends.
    autoSynth: false,
    analyticsReporting: false,
    treeMetadata: false,
    context: { '@aws-cdk/core:validateAgainstDefaultRules': true },
  })
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app))
  return app
}
