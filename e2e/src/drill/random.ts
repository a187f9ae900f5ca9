/** Random choices that are the same for the same seed. */
export interface Random {
  /** From 0 to 1, without 1. */
  next: () => number
  /** A whole number from 0 to `below`, without `below`. */
  below: (below: number) => number
  chance: (probability: number) => boolean
  pick: <T>(items: readonly T[]) => T
  /** Another sequence, which later draws from this one do not change. */
  fork: () => Random
}

/** sfc32, which passes PractRand: https://pracrand.sourceforge.net/RNG_engines.txt */
export function createRandom(seed: number): Random {
  let [a, b, c, count] = [0x9e3779b9, 0x243f6a88, seed | 0, 1]
  const draw = () => {
    const sum = (a + b + count) | 0
    count = (count + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return sum >>> 0
  }
  // Seeds that differ by one start alike
  for (let round = 0; round < 12; round++) draw()

  const next = () => draw() / 2 ** 32
  const below = (limit: number) => Math.floor(next() * limit)
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick: (items) => {
      const item = items[below(items.length)]
      if (item === undefined) throw new RangeError('cannot pick from an empty list')
      return item
    },
    fork: () => createRandom(draw()),
  }
}
