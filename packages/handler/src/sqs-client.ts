import {
  ChangeMessageVisibilityCommand,
  SendMessageCommand,
  SQSClient,
  type ChangeMessageVisibilityCommandInput,
  type SendMessageCommandInput,
} from '@aws-sdk/client-sqs'

interface Options {
  abortSignal: AbortSignal
}

/** The two operations of SQS that are used: named here, so that the bundler leaves out the others. */
export function createSqsClient() {
  const client = new SQSClient({})
  return {
    changeMessageVisibility: (input: ChangeMessageVisibilityCommandInput, options: Options): Promise<unknown> =>
      client.send(new ChangeMessageVisibilityCommand(input), options),
    sendMessage: (input: SendMessageCommandInput, options: Options): Promise<unknown> =>
      client.send(new SendMessageCommand(input), options),
  }
}
