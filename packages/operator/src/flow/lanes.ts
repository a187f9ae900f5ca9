/**
 * Runs the same work several times beside itself and waits for all of them, also when one fails: what a lane has begun it
 * ends. A lane looks at `hasFailed` before it begins something new.
 * @throws what the first one that failed threw
 */
export async function runLanes(count: number, work: (hasFailed: () => boolean) => Promise<void>): Promise<void> {
  let failed = false
  const lanes = Array.from({ length: count }, async () => {
    try {
      await work(() => failed)
    } catch (error) {
      failed = true
      throw error
    }
  })
  await Promise.allSettled(lanes)
  await Promise.all(lanes)
}
