export { createMemoryIndex, type MemoryIndex } from './memory-index.ts'
export { createMemoryObjects, type MemoryObjects } from './memory-objects.ts'
