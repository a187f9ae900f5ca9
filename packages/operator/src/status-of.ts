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
