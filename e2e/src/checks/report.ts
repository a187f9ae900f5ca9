/** Runs checks in order, all of them, a line for each; the exit code says whether they held. */
export async function report(checks: Record<string, () => void | Promise<void>>): Promise<void> {
  for (const [name, check] of Object.entries(checks)) {
    const started = performance.now()
    try {
      await check()
      console.log(`ok      ${name}  (${((performance.now() - started) / 1000).toFixed(1)} s)`)
    } catch (error) {
      console.log(`FAILED  ${name}\n${error instanceof Error ? error.message : String(error)}`)
      process.exitCode = 1
    }
  }
}
