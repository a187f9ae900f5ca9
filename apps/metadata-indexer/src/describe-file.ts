import type { FileMetadata } from '@fanout/schemas'

/** A file in a few words for people: `Nikon D90 12.2 MP`, `image/png 640x480`, `text/plain`. */
export function describeFile({ mime, width, height, make, model }: FileMetadata): string {
  const camera = cameraName(make, model)
  const isSized = width !== undefined && height !== undefined
  if (camera) return isSized ? `${camera} ${megapixels(width * height)}` : camera
  const type = mime ?? 'unknown type'
  return isSized ? `${type} ${width}x${height}` : type
}

/** `NIKON CORPORATION` and `NIKON D90` are `Nikon D90`. */
export function cameraName(make = '', model = ''): string {
  const words = make.split(/[\s,]+/).filter(Boolean)
  const [first = '', ...rest] = model.split(' ')
  const brand = words.find((word) => word.toLowerCase() === first.toLowerCase())
  if (brand) return [properCase(brand), ...rest].join(' ')
  return [properCase(words[0] ?? ''), model].filter(Boolean).join(' ')
}

// HTC, LGE and HP stay as they are
function properCase(word: string): string {
  const isOneCase = word === word.toUpperCase() || word === word.toLowerCase()
  return isOneCase && word.length > 3 ? `${word.charAt(0).toUpperCase()}${word.slice(1).toLowerCase()}` : word
}

function megapixels(pixels: number): string {
  return `${(pixels / 1e6).toFixed(pixels < 1e6 ? 2 : 1)} MP`
}
