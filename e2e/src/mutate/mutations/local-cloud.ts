import { mutationsOf } from '../mutation.ts'

export const localCloud = mutationsOf('packages/local-cloud', [
  {
    breaks: 'a failed message is left alone, the others are deleted',
    file: 'src/lambda/mappings.ts',
    find: `const done = batch.filter(({ MessageId: id }) => !failed.has(id))`,
    replace: `const done = failed.size < 0 ? [] : batch`,
  },
  {
    breaks: 'an answer that names an unknown message fails the batch',
    file: 'src/lambda/sqs-batch.ts',
    find: `if (ids.every((id) => sent.has(id))) return new Set(ids)`,
    replace: `if (ids.every((id) => sent.has(id) || id)) return new Set(ids)`,
  },
  {
    breaks: 'an older receipt handle deletes nothing',
    file: 'src/sqs/queue.ts',
    find: `return message?.received.ReceiptHandle === receiptHandle ? message : undefined`,
    replace: `return message`,
  },
  {
    breaks: 'a message that was received too often goes to the dead-letter queue',
    file: 'src/sqs/queue.ts',
    find: `message.receives < Number(maxReceiveCount)`,
    replace: `message.receives <= Number(maxReceiveCount)`,
  },
  {
    breaks: 'If-None-Match refuses where an object is',
    file: 'src/s3/conditions.ts',
    find: `if (checkConditions({ IfMatch, IfNoneMatch }, newest)) failPrecondition(Condition)`,
    replace: `if (IfMatch && checkConditions({ IfMatch }, newest)) failPrecondition(Condition)`,
  },
  {
    breaks: 'a matching Deny wins',
    file: 'src/permissions/permissions.ts',
    find: `const denial = all.find(({ isDeny }) => isDeny)`,
    replace: `const denial = all.every(({ isDeny }) => isDeny) ? all.find(({ isDeny }) => isDeny) : undefined`,
  },
  {
    breaks: 'a presigned URL is refused after its own time',
    file: 'src/authenticate.ts',
    find: `ageSeconds <= (expiresSeconds ?? 900)`,
    replace: `ageSeconds <= Math.max(expiresSeconds ?? 0, 900)`,
  },
  {
    breaks: 'a body is refused that is not what its checksum says',
    file: 'src/s3/checksums.ts',
    find: `if (given === undefined || given === computed) return`,
    replace: `if (given === undefined || given.length === computed.length) return`,
  },
  {
    breaks: 'a request for a subresource is not taken for one for the object',
    file: 'src/s3/protocol.ts',
    find: `if (found && ![...parameters.keys()].some(isIgnored)) return found`,
    replace: `if (found) return found`,
  },
  {
    breaks: 'a header that the signature does not cover changes nothing',
    file: 'src/authenticate.ts',
    find: `if (unsigned.length > 0) throw`,
    replace: `if (unsigned.length > 1) throw`,
  },
])
