// A module of its own, so that the bundler can leave the rest of the client out of the chunk
export { ChangeMessageVisibilityCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
