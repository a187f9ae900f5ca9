import { readElf } from './read-elf.ts'

/**
 * The newest that Lambda's Node 24 runtime, on Amazon Linux 2023, has: glibc 2.34, and libstdc++ and libgcc of GCC 11.
 * @see https://docs.aws.amazon.com/linux/al2023/ug/compare-with-al2.html
 */
const NEWEST: Readonly<Record<string, string>> = { GLIBC: '2.34', GLIBCXX: '3.4.29', CXXABI: '1.3.13', GCC: '11.0' }

/** Why Lambda could not load a file of an asset, undefined when it could. */
export function refuseNativeFile(file: Buffer): string | undefined {
  const elf = readElf(file)
  if (!elf) return undefined
  if (elf.machine !== 'aarch64') return 'is not for aarch64'
  const missing = elf.versions.filter((version) => !isThere(version))
  return missing.length > 0 ? `needs ${missing.join(', ')}` : undefined
}

function isThere(version: string): boolean {
  const [, family = '', number = ''] = /^([A-Z]+)_([\d.]+)$/.exec(version) ?? []
  const newest = NEWEST[family]
  return newest !== undefined && compareVersions(number, newest) <= 0
}

function compareVersions(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true })
}
