export { createMemoryTrail, type MemoryTrail } from './memory-trail.ts'
