import { Command } from 'commander'
import { example, jsonOption, portOption } from '../command-line/command-options.ts'
import { findConnection } from '../stage/connection.ts'
import { openLocalStage } from '../stage/open-stage.ts'
import { shellQuote } from '../printing/shell-quote.ts'
import { environmentFor } from '../stage/stage-environment.ts'
import { closeStage } from '../stage/stage.ts'
import { WORKSPACE_ROOT } from '../workspace.ts'

export const envCommand = (): Command =>
  new Command('env')
    .description('Prints shell lines that point any AWS client to the local cloud, and name its resources.')
    .addOption(jsonOption())
    .addOption(portOption())
    .addHelpText('after', example('eval "$(pnpm -s fanout env)"', 'aws --endpoint-url "$AWS_ENDPOINT_URL" s3 ls'))
    .action(async (options: { port?: number; json?: true }) => {
      const connection = await findConnection(WORKSPACE_ROOT, options.port)
      const stage = await openLocalStage(connection)
      closeStage(stage)
      const variables = environmentFor(connection, stage)
      if (options.json) return console.log(JSON.stringify(variables, undefined, 2))
      // What the shell has of another account would go before these keys, or beside them
      console.log('unset AWS_SESSION_TOKEN AWS_PROFILE')
      for (const [name, value] of Object.entries(variables)) {
        console.log(`export ${name}=${shellQuote(value)}`)
      }
    })
