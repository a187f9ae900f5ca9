import * as z from 'zod'

/** The HTTP status with which a service refused a call, also where the SDK could not read the answer. */
export function statusOf(error: unknown): number | undefined {
  const { data } = AwsError.safeParse(error)
  return data?.$metadata?.httpStatusCode ?? data?.$response?.statusCode
}

const AwsError = z.object({
  $metadata: z.object({ httpStatusCode: z.number().optional() }).optional(),
  $response: z.object({ statusCode: z.number().optional() }).optional(),
})

/** Undefined where the call is refused as not implemented: another emulator has fewer services than AWS. */
export async function unlessNotImplemented<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call
  } catch (error) {
    if (statusOf(error) === 501) return undefined
    throw error
  }
}
