import { mutationsOf } from '../mutation.ts'

export const localCloud = mutationsOf('packages/local-cloud', [
  {
    breaks: 'a failed message is left alone, the others are deleted',
    file: 'src/lambda/event-source-mapping.ts',
    find: `if (!failed.has(message.MessageId)) queue.remove(message.ReceiptHandle)`,
    replace: `queue.remove(message.ReceiptHandle)`,
  },
  {
    breaks: 'an answer that names an unknown message fails the batch',
    file: 'src/lambda/sqs-batch.ts',
    find: `if (ids.some((id) => !sent.has(id)))`,
    replace: `if (ids.length > sent.size)`,
  },
  {
    breaks: 'an older receipt handle deletes nothing',
    file: 'src/sqs/queue.ts',
    find: `return message?.received.ReceiptHandle === receiptHandle ? message : undefined`,
    replace: `return message`,
  },
  {
    breaks: 'If-None-Match refuses where an object is',
    file: 'src/s3/conditions.ts',
    find: `if (IfNoneMatch !== undefined && current) throw preconditionFailed(Condition)`,
    replace: `void current`,
  },
])
