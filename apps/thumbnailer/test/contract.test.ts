import { createHandler } from '@fanout/handler'
import { describeSubscriberContract } from '@fanout/handler/testing'
import { createThumbnails, type ThumbnailDeps } from '../src/create-thumbnails.ts'
import { renderThumbnails } from '../src/render-thumbnails.ts'
import { renditionPrefix } from '../src/rendition-keys.ts'
import { createMemoryStore } from '../src/testing/index.ts'
import { buildImage } from './build-image.ts'

describeSubscriberContract('the thumbnailer', () => {
  const store = createMemoryStore()
  const deps: ThumbnailDeps = {
    store,
    render: renderThumbnails,
    spec: { sizes: [64, 32], format: 'webp', quality: 80 },
  }
  return {
    deps,
    handler: (faulty, parts) => createHandler((event, context) => createThumbnails(event, faulty, context), parts),
    async upload(key, version) {
      store.uploads.set(
        key,
        await buildImage(40 + version, 30)
          .jpeg()
          .toBuffer(),
      )
    },
    remove: (key) => void store.uploads.delete(key),
    kept: (key) =>
      [...store.thumbnails.values()]
        .filter((rendition) => rendition.key.startsWith(renditionPrefix(key)))
        .map(({ width, height, data, origin }) => ({ width, height, data, sourceETag: origin.sourceETag })),
  }
})
