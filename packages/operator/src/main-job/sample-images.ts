import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'

/**
 * Writes a few files as people have them into this folder, the same bytes every time: photos with EXIF, an image with
 * transparency, a text, a torn JPEG. Returns their paths.
 */
export async function writeSampleImages(folder: string): Promise<string[]> {
  const photos = await Promise.all(PHOTOS.map(takePhoto))
  const files: [name: string, bytes: Buffer | string][] = PHOTOS.map(({ name }, index) => [name, photos[index] ?? ''])
  const torn = photos[0] ?? Buffer.alloc(0)
  files.push(
    ['logo.png', await sharp(Buffer.from(LOGO)).png().toBuffer()],
    ['torn.jpg', torn.subarray(0, Math.floor(torn.length / 3))],
    ['notes.txt', 'A file that is not an image: the thumbnailer skips it, the others do not.\n'],
  )
  return await Promise.all(
    files.map(async ([name, bytes]) => {
      const path = join(folder, name)
      await writeFile(path, bytes)
      return path
    }),
  )
}

interface Photo {
  name: string
  width: number
  height: number
  camera: [make: string, model: string]
  /** EXIF's own form: local time without a zone. */
  takenAt: string
  /** EXIF orientation: 6 is a camera held upright. */
  orientation: 1 | 6
  place?: { latitude: string; longitude: string }
  seed: number
  sky: string
  ground: string
}

const PHOTOS: readonly Photo[] = [
  {
    name: 'lake.jpg',
    width: 2400,
    height: 1600,
    camera: ['Fanout', 'Sample One'],
    takenAt: '2026:05:01 08:15:00',
    orientation: 1,
    place: { latitude: '46/1 57/1 5/1', longitude: '7/1 26/1 50/1' },
    seed: 1,
    sky: '#7fb2e5',
    ground: '#2f5d50',
  },
  {
    name: 'tower upright.jpg',
    width: 1800,
    height: 1200,
    camera: ['Fanout', 'Sample Phone'],
    takenAt: '2026:06:12 17:40:31',
    orientation: 6,
    place: { latitude: '59/1 19/1 46/1', longitude: '18/1 4/1 7/1' },
    seed: 2,
    sky: '#f2c38f',
    ground: '#6b4a3a',
  },
  {
    name: 'dunes.jpg',
    width: 1600,
    height: 1600,
    camera: ['Fanout', 'Sample One'],
    takenAt: '2026:07:23 12:00:09',
    orientation: 1,
    seed: 3,
    sky: '#9ad0ec',
    ground: '#d9b36c',
  },
  {
    name: 'night+100%.jpg',
    width: 640,
    height: 426,
    camera: ['Fanout', 'Sample Compact'],
    takenAt: '2026:11:02 22:31:44',
    orientation: 1,
    seed: 4,
    sky: '#101a3a',
    ground: '#1d1d24',
  },
]

async function takePhoto({ width, height, camera, takenAt, orientation, place, ...scene }: Photo): Promise<Buffer> {
  const [Make, Model] = camera
  // Drawn small and then enlarged: turbulence at full size takes seconds
  const drawing = await sharp(Buffer.from(drawScene(scene)))
    .rotate(orientation === 6 ? 270 : 0)
    .png({ compressionLevel: 1 })
    .toBuffer()
  return await sharp(drawing)
    .resize(width, height, { fit: 'fill' })
    .withExif({
      IFD0: { Make, Model, DateTime: takenAt },
      IFD2: { DateTimeOriginal: takenAt, ISOSpeedRatings: '100' },
      ...(place
        ? {
            IFD3: {
              GPSLatitudeRef: 'N',
              GPSLatitude: place.latitude,
              GPSLongitudeRef: 'E',
              GPSLongitude: place.longitude,
            },
          }
        : {}),
    })
    .withMetadata({ orientation })
    .jpeg({ quality: 88 })
    .toBuffer()
}

// Turbulence with a seed looks like texture and is the same on every run, which noise of sharp's own is not
const drawScene = ({ seed, sky, ground }: Pick<Photo, 'seed' | 'sky' | 'ground'>): string => `
<svg xmlns="http://www.w3.org/2000/svg" width="600" height="400">
  <defs>
    <linearGradient id="sky" x2="0" y2="1"><stop stop-color="${sky}"/><stop offset="1" stop-color="#fff3dc"/></linearGradient>
    <filter id="grain"><feTurbulence baseFrequency="0.02 0.08" numOctaves="4" seed="${seed}"/></filter>
  </defs>
  <rect width="600" height="400" fill="url(#sky)"/>
  <circle cx="${120 * seed}" cy="90" r="34" fill="#fff6d8"/>
  <path d="M0 260 L${90 * seed} 150 L330 270 L470 190 L600 280 V400 H0 Z" fill="${ground}" opacity="0.75"/>
  <path d="M0 320 Q${100 * seed} 250 600 330 V400 H0 Z" fill="${ground}"/>
  <rect width="600" height="400" filter="url(#grain)" opacity="0.25"/>
</svg>`

const LOGO = `
<svg xmlns="http://www.w3.org/2000/svg" width="512" height="512" fill="none" stroke-width="28" stroke-linecap="round">
  <circle cx="96" cy="256" r="44" fill="#f59e0b"/>
  <path d="M150 256 H400 M150 256 L400 96 M150 256 L400 416" stroke="#2563eb" stroke-opacity="0.6"/>
</svg>`
