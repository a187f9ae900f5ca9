import { mutationsOf } from '../mutation.ts'

export const thumbnailer = mutationsOf('apps/thumbnailer', [
  {
    breaks: 'the object is looked at again after a write',
    file: 'src/create-thumbnails.ts',
    find: `if (changes > 0 && !isSame(source, await store.headSource(event.key))) return 'conflict'`,
    replace: `void isSame`,
  },
  {
    breaks: 'a write that is refused starts over',
    file: 'src/replace-renditions.ts',
    find: `  if (written.includes(false)) return 'conflict'\n`,
    replace: `  void written\n`,
  },
  {
    breaks: 'a rendition is replaced only as it was found',
    file: 'src/s3-store.ts',
    find: `...(replaces ? { IfMatch: replaces } : { IfNoneMatch: '*' }),`,
    replace: `...(replaces ? {} : { IfNoneMatch: '*' }),`,
  },
  {
    breaks: 'a rendition is created only where none is',
    file: 'src/s3-store.ts',
    find: `...(replaces ? { IfMatch: replaces } : { IfNoneMatch: '*' }),`,
    replace: `...(replaces ? { IfMatch: replaces } : {}),`,
  },
  {
    breaks: 'the object is read as it was found',
    file: 'src/s3-store.ts',
    find: `Range: range, IfMatch: source.eTag }),`,
    replace: `Range: range }),`,
  },
  {
    breaks: 'a removal takes every size, not only those of today',
    file: 'src/replace-renditions.ts',
    find: `.filter((key) => !wantedKeys.has(key))`,
    replace: `.filter((key) => !wantedKeys.has(key) && key === firstKey)`,
  },
  {
    breaks: 'a second try looks at everything under the prefix',
    file: 'src/create-thumbnails.ts',
    find: `let isThorough = attempt > 1 || event.kind === 'observed'`,
    replace: `let isThorough = event.kind === 'observed'`,
  },
  {
    breaks: 'others may be there when the first rendition is not',
    file: 'src/create-thumbnails.ts',
    find: `(await hasAny(otherKeys, store))`,
    replace: `(await hasAny([], store)) && otherKeys`,
  },
  {
    breaks: "no object's renditions lie under another's prefix",
    file: 'src/rendition-keys.ts',
    find: 'if (name.length <= LONGEST_NAME) return `${name}@`',
    replace: 'if (name.length <= LONGEST_NAME) return name',
  },
  {
    breaks: 'an image is refused by its header when it is too large',
    file: 'src/render-thumbnails.ts',
    find: `if (tooMuch) return { type: 'rejected', reason: tooMuch }`,
    replace: `void tooMuch`,
  },
])
