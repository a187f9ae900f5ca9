import { Command, Option } from 'commander'
import { example } from '../command-line/command-options.ts'
import { readDeployedPolicies, readPolicies } from '../policies/read-policies.ts'
import { addTargetOptions, type TargetOptions } from '../command-line/target-options.ts'
import { withStage } from '../command-line/with-stage.ts'
import { localStage, WORKSPACE_ROOT } from '../workspace.ts'

interface PoliciesOptions extends TargetOptions {
  account: string
}

export const policiesCommand = (): Command =>
  addTargetOptions(new Command('policies'))
    .description('Prints every policy of the synthesized templates, with real names in place of references.')
    .addOption(new Option('--account <number>', 'without --stage: the account to name').default('000000000000'))
    .addHelpText('after', example('pnpm -s fanout policies --json', 'pnpm fanout policies --stage prod'))
    .action(async (options: PoliciesOptions) => {
      const { json, account } = options
      const { policies, ...where } =
        options.stage === undefined
          ? await readPolicies(WORKSPACE_ROOT, localStage(), { account, region: options.region ?? 'eu-west-1' })
          : await withStage(options, (stage) => readDeployedPolicies(WORKSPACE_ROOT, stage))
      if (json) {
        const { stage, account: number, region } = where
        return console.log(JSON.stringify({ stage, account: number, region, policies }, undefined, 2))
      }
      for (const { stack, id, arn, document } of policies) {
        console.log(`${stack} ${id}\n${arn}\n${JSON.stringify(document, undefined, 2)}\n`)
      }
    })
