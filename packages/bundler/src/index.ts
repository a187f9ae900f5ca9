export { BundleError } from './bundle-error.ts'
export { createBundler, type Bundler } from './create-bundler.ts'
export type { Bundle } from './write-bundle.ts'
