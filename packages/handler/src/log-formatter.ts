import { LogFormatter, LogItem } from '@aws-lambda-powertools/logger'

type Formatter = LogFormatter['formatAttributes']

/**
 * Powertools' own format repeats the function's ARN, memory and version on every line: 290 bytes that the log group and
 * Lambda's report line say already.
 */
export class LeanLogFormatter extends LogFormatter {
  override formatAttributes(...[base, additional]: Parameters<Formatter>): LogItem {
    const { logLevel, message, timestamp, serviceName, lambdaContext } = base
    return new LogItem({
      attributes: {
        level: logLevel,
        message,
        timestamp: timestamp.toISOString(),
        subscriber: serviceName,
        requestId: lambdaContext?.awsRequestId,
        ...additional,
      },
    })
  }
}
