import type { FileMetadata } from '@fanout/schemas'

/** A file in a few words for people: `Nikon D90 12.2 MP`, `image/png 640x480`, `text/plain`, `empty`. */
export function describeFile({ mime, width, height, make, model, size }: FileMetadata & { size: number }): string {
  // every byte makes a type: without one there are none, or none that could be read
  const name = cameraName(make, model) || (mime ?? (size === 0 ? 'empty' : 'archived'))
  if (width === undefined || height === undefined) return name
  const isPhoto = (make ?? model) !== undefined && width * height >= 100_000
  return isPhoto ? `${name} ${((width * height) / 1e6).toFixed(1)} MP` : `${name} ${width}x${height}`
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
