import * as z from 'zod'

/** The JSON that SNS puts around a message when raw delivery is off. */
export const SnsEnvelope = z.object({ Type: z.literal('Notification'), Message: z.string() })
export type SnsEnvelope = z.infer<typeof SnsEnvelope>

/** One record of the event with which SNS invokes a Lambda function. */
export const SnsRecord = z.object({ EventSource: z.literal('aws:sns'), Sns: z.object({ Message: z.string() }) })
export type SnsRecord = z.infer<typeof SnsRecord>

/** One record of the event with which an SQS event source mapping invokes a Lambda function. */
export const SqsRecord = z.object({ eventSource: z.literal('aws:sqs'), body: z.string() })
export type SqsRecord = z.infer<typeof SqsRecord>
