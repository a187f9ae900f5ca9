import { ApiError } from '../api.ts'

export function fail(...error: ConstructorParameters<typeof ApiError>): never {
  throw new ApiError(...error)
}

export function noSuchKey(Key = ''): ApiError {
  return new ApiError(404, 'NoSuchKey', 'The specified key does not exist.', { Key })
}

export function failPrecondition(Condition: string): never {
  fail(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', { Condition })
}
