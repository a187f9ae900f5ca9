import type { FileCommand } from '@fanout/handler/commands'
import type { RenderedFile } from './src/render-file.ts'

export default {
  name: 'thumbnail',
  description: 'Makes renditions of images, by the code and the settings of the job, and tells what came out.',
  options: [{ flags: '--out <dir>', description: 'write the renditions into this folder' }],
  example: 'pnpm -s fanout thumbnail ~/Pictures/*.jpg --out thumbnails --json',
  async run(file, { out }) {
    // sharp is loaded only when it is needed
    const { renderFile } = await import('./src/render-file.ts')
    return await renderFile(file, out)
  },
  describe({ outcome, reason, format, width, height, renditions, ms }: RenderedFile) {
    if (outcome !== 'done') return `${outcome}  ${reason}`
    const sizes = renditions.map((rendition) => `${rendition.width}x${rendition.height}`)
    return `done  ${format} ${width}x${height}  ${sizes.join(' ')}   ${ms} ms`
  },
} satisfies FileCommand
