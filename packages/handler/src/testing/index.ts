export { buildLambdaContext, buildSqsEvent, buildSqsRecord, type MessageOverrides } from './build-invocation.ts'
export { createMemoryQueue, type MemoryQueue } from './memory-queue.ts'
export { testEnvironment } from './test-environment.ts'
export { createTestHandler, type TestHandler } from './test-handler.ts'
