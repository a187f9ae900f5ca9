export { buildLambdaContext, buildSqsEvent, buildSqsRecord } from './build-invocation.ts'
export { createTestHandler, type TestHandler } from './test-handler.ts'
