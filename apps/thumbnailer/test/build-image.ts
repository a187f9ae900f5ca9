import sharp, { type Sharp } from 'sharp'

/** A picture without symmetry: red, green, blue and white quarters. */
export function buildImage(width: number, height: number): Sharp {
  const left = Math.floor(width / 2)
  const top = Math.floor(height / 2)
  const quarter = (background: string, x: number, y: number) => ({
    input: { create: { width: Math.max(1, left), height: Math.max(1, top), channels: 3 as const, background } },
    left: x,
    top: y,
  })
  return sharp({ create: { width, height, channels: 3, background: 'white' } }).composite([
    quarter('red', 0, 0),
    quarter('lime', left, 0),
    quarter('blue', 0, top),
  ])
}
