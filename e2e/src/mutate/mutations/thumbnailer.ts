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
    breaks: 'a body that breaks off is no torn image',
    file: 'src/open-body.ts',
    find: `if (done) throw`,
    replace: `if (done) return new Uint8Array(size)\n    if (done) throw`,
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
  {
    breaks: 'only the first picture reaches the decoder',
    file: 'src/render-thumbnails.ts',
    find: `const image = firstPicture(file)`,
    replace: `const image = (void firstPicture, file)`,
  },
  {
    breaks: 'compressed texts of a PNG do not reach the decoder',
    file: 'src/first-picture/png.ts',
    find: `new Set(['tEXt', 'zTXt', 'iTXt'])`,
    replace: `new Set(['tEXt', 'zTXt'])`,
  },
  {
    breaks: 'later frames of a WebP do not reach the decoder',
    file: 'src/first-picture/webp.ts',
    find: `if (!KEPT.has(type) || kept.has(type)) continue`,
    replace: `if (!KEPT.has(type)) continue`,
  },
  {
    breaks: 'a progressive JPEG is weighed by its coefficients',
    file: 'src/limits.ts',
    find: `MAX_COEFFICIENT_BYTES / coefficientBytesPerPixel(image)`,
    replace: `MAX_COEFFICIENT_BYTES / Math.min(3, coefficientBytesPerPixel(image))`,
  },
  {
    breaks: 'many pixels in next to no bytes are refused',
    file: 'src/limits.ts',
    find: `const MAX_PIXELS_PER_BYTE = 10_000`,
    replace: `const MAX_PIXELS_PER_BYTE = 100_000`,
  },
  {
    breaks: 'a rendition is not written through a link',
    file: 'src/render-file.ts',
    find: `await rm(path, { force: true })`,
    replace: `void rm`,
  },
])
