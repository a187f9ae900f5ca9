/**
 * Takes the place of `@aws-sdk/credential-provider-node` in a bundle. Lambda always supplies the three variables, so the
 * providers for profiles, SSO, web identity and instance metadata (130 KB) would never be asked.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
export const defaultProvider = () => async () => ({
  accessKeyId: required('AWS_ACCESS_KEY_ID'),
  secretAccessKey: required('AWS_SECRET_ACCESS_KEY'),
  sessionToken: required('AWS_SESSION_TOKEN'),
})

function required(name: string): string {
  const value = process.env[name]
  if (value === undefined) throw new Error(`environment variable ${name} is not set, a Lambda function always has it`)
  return value
}
