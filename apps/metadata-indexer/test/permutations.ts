/** Every order of the items; those that differ only by equal items count as one. */
export function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]]
  const isFirst = (item: T, index: number) => items.indexOf(item) === index
  return items.flatMap((item, index) => {
    return isFirst(item, index) ? permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]) : []
  })
}
