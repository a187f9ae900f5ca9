import { mutationsOf } from '../mutation.ts'

export const eventParsing = mutationsOf('packages/event-parsing', [
  {
    breaks: 'sequencers are padded on the right',
    file: 'src/sequencer.ts',
    find: `return sequencer.toUpperCase().padEnd(STORED_WIDTH, '0')`,
    replace: `return sequencer.toUpperCase().padStart(STORED_WIDTH, '0')`,
  },
  {
    breaks: 'the case of a sequencer says nothing',
    file: 'src/sequencer.ts',
    find: `return sequencer.toUpperCase().padEnd(STORED_WIDTH, '0')`,
    replace: `return sequencer.padEnd(STORED_WIDTH, '0')`,
  },
  {
    breaks: "an emulator's constant sequencer orders nothing",
    file: 'src/sequencer.ts',
    find: `return isConstant ? undefined : normalizeSequencer(sequencer)`,
    replace: `return normalizeSequencer(sequencer)`,
  },
  {
    breaks: 'a key is decoded exactly once',
    file: 'src/decode-key.ts',
    find: `return decodeURIComponent(rawKey.replaceAll('+', ' '))`,
    replace: `return decodeURIComponent(decodeURIComponent(rawKey.replaceAll('+', ' ')))`,
  },
  {
    breaks: 'a plus in a key is a space',
    file: 'src/decode-key.ts',
    find: `return decodeURIComponent(rawKey.replaceAll('+', ' '))`,
    replace: `return decodeURIComponent(rawKey)`,
  },
  {
    breaks: 'keys are never normalised',
    file: 'src/decode-key.ts',
    find: `return decodeURIComponent(rawKey.replaceAll('+', ' '))`,
    replace: `return decodeURIComponent(rawKey.replaceAll('+', ' ')).normalize()`,
  },
  {
    breaks: 'the key of an EventBridge event is taken as it is',
    file: 'src/parse-eventbridge-event.ts',
    find: `    key: object.key,\n    rawKey`,
    replace: `    key: decodeURIComponent(object.key),\n    rawKey`,
  },
  {
    breaks: 'every record of a message is read, not the first only',
    file: 'src/parse-message.ts',
    find: `for (const record of records) {`,
    replace: `for (const record of records.slice(0, 1)) {`,
  },
  {
    breaks: 'an unreadable record does not stop its neighbours',
    file: 'src/parse-message.ts',
    find: `    fail(found, messageOf(error), record)`,
    replace: `    throw error`,
  },
  {
    breaks: 'an s3:TestEvent is no failure',
    file: 'src/parse-message.ts',
    find: `if (S3TestEvent.safeParse(value).success) found.testEvents += 1\n  else if`,
    replace: `if`,
  },
  {
    breaks: 'two taggings of one version are two events',
    file: 'src/event-id.ts',
    find: `[bucket, key, versionId, eventName, eventTime, requestId]`,
    replace: `[bucket, key, versionId, eventName, eventTime]`,
  },
  {
    breaks: 'the version is part of the identity of an event',
    file: 'src/event-id.ts',
    find: `[bucket, key, versionId, eventName, order]`,
    replace: `[bucket, key, eventName, order]`,
  },
  {
    breaks: 'a repeat has the id of its event, whatever else differs',
    file: 'src/event-id.ts',
    find: `[bucket, key, versionId, eventName, order]`,
    replace: `[bucket, key, versionId, eventName, order, requestId]`,
  },
  {
    breaks: 'what expires by a lifecycle rule is gone too',
    file: 'src/event-type.ts',
    find: `new Set(['created', 'removed', 'expired', 'restored'])`,
    replace: `new Set(['created', 'removed', 'restored'])`,
  },
])
