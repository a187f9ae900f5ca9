/**
 * AWS's list prices in dollars, on demand, before free tiers and discounts. Lambda, SQS, SNS and CloudWatch Logs were compared with
 * AWS's pages; the others are as remembered on that day. Look yours up before you budget: https://aws.amazon.com/pricing/
 */
export const PRICES = {
  region: 'us-east-1',
  asOf: '2026-11-25',

  perMillion: {
    snsPublish: 0.5,
    // SNS into SQS is free, S3's notifications are, too.
    sqsRequest: 0.4,
    lambdaRequest: 0.2,
    s3Read: 0.4,
    s3Write: 5,
    dynamoDbWriteUnit: 0.625,
    dynamoDbReadUnit: 0.125,
    kmsRequest: 3,
  },
  lambdaGbSecondArm: 0.000_013_333_4,
  logsGb: 0.5,

  monthly: {
    alarmMetric: 0.1,
    customMetric: 0.3,
    dashboard: 3,
    kmsKey: 1,
  },
} as const
