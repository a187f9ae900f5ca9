export { createMemoryStore, openBytes, type MemoryStore } from './memory-store.ts'
