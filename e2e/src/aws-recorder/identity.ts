import type { Account, Answer, Request } from './account.ts'
import { queryAnswer, queryError } from './xml.ts'

/** STS: who calls, and the roles of CDK's bootstrap. */
export function callIdentity({ action, input }: Request, account: Account): Answer {
  switch (action) {
    case 'GetCallerIdentity':
      return queryAnswer(action, {
        Account: account.id,
        Arn: `arn:aws:iam::${account.id}:user/somebody`,
        UserId: 'AIDAEXAMPLE',
      })
    case 'AssumeRole': {
      const arn = String(input.RoleArn)
      account.assumed.push(arn.slice(arn.indexOf('/') + 1))
      return queryAnswer(action, {
        Credentials: {
          AccessKeyId: 'ASIAEXAMPLE',
          SecretAccessKey: 'secret',
          SessionToken: 'token',
          Expiration: '2099-01-01T00:00:00Z',
        },
        AssumedRoleUser: { Arn: arn, AssumedRoleId: 'AROAEXAMPLE:session' },
      })
    }
    default:
      return queryError('InvalidAction', `the recorder does not know sts:${action}`)
  }
}
