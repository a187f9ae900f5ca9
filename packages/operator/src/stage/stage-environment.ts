import type { Connection } from './connection.ts'
import type { Stage } from './stage.ts'

/** The environment with which an AWS client finds the local cloud and the stage's resources. */
export function environmentFor(
  { endpoint, region, accessKeyId, secretAccessKey }: Connection,
  {
    uploadsBucket,
    deliveriesTable,
    topicArn,
    subscribers,
  }: Pick<Stage, 'uploadsBucket' | 'deliveriesTable' | 'topicArn' | 'subscribers'>,
): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    UPLOADS_BUCKET: uploadsBucket,
    TOPIC_ARN: topicArn,
    ...(deliveriesTable === undefined ? {} : { DELIVERIES_TABLE: deliveriesTable }),
    ...Object.assign({}, ...subscribers.map(({ resources }) => resources)),
  }
}
