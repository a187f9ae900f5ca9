import type { Output, Outputs } from '@fanout/handler/commands'
import { objectKeyOf, renditionFolder, renditionKeys, renditionPrefix } from './src/rendition-keys.ts'
import { RenditionSettings, toRenditionSpec } from './src/rendition-settings.ts'
import { specId } from './src/rendition-spec.ts'

/** The renditions of each image, under a prefix of its own. */
export default {
  kind: 'bucket',
  resource: 'THUMBNAILS_BUCKET',
  nameOf: renditionPrefix,
  nameIn: (renditionKey) => /^.*@(?=\d+\.\w+$)/s.exec(renditionKey)?.[0],
  objectKeyOf,
  listUnder: renditionFolder,
  compare(object, renditions, environment) {
    if (!object) return renditions.length > 0 ? 'orphaned' : 'current'
    if (renditions.length === 0) return object.isArchived ? 'archived' : 'missing'
    const isLookedAt = renditions.every(({ attributes }) => attributes)
    const isOfObject = ({ attributes = {} }: Output) => attributes['source-etag'] === `"${object.eTag}"`
    // Those of an earlier object go all the same
    const outdated = object.isArchived && renditions.every(isOfObject) ? 'archived' : 'outdated'
    const spec = toRenditionSpec(RenditionSettings.parse(environment))
    const expected = renditionKeys(object.key, spec)
    const isComplete = renditions.length === expected.length && renditions.every(({ key }) => expected.includes(key))
    if (!isComplete) return object.isArchived && !isLookedAt ? 'look' : outdated
    if (isLookedAt) {
      const isCurrent = (rendition: Output) => isOfObject(rendition) && rendition.attributes?.['spec'] === specId(spec)
      return renditions.every(isCurrent) ? 'current' : outdated
    }
    // Whoever has written renditions looks at the object again: those that are younger than it are of it
    const isYounger = ({ lastModified }: Output) =>
      lastModified !== undefined && lastModified.getTime() > object.lastModified.getTime() + CLOCK_MS
    return renditions.every(isYounger) ? 'current' : 'look'
  },
  describe: (renditions) =>
    renditions.length === 0 ? 'no renditions' : `renditions ${renditions.map(({ key }) => sizeIn(key)).join(' ')}`,
} satisfies Outputs

// S3 tells times to the second
const CLOCK_MS = 1000

const sizeIn = (key: string) => key.slice(key.lastIndexOf('@') + 1)
