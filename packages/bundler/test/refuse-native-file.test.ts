import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { beforeAll, expect, test } from 'vitest'
import { readElf } from '../src/testing/read-elf.ts'
import { refuseNativeFile } from '../src/testing/refuse-native-file.ts'

/** libvips for Lambda, to be broken in one visible place. */
let libvips: Buffer
beforeAll(async () => {
  libvips = await readFile(createRequire(import.meta.url).resolve('@img/sharp-libvips-linux-arm64/binary'))
})

test('reads which versions of the system libraries a native file needs', () => {
  const { machine, versions } = readElf(libvips) ?? {}

  expect(machine).toBe('aarch64')
  expect(versions).toEqual(
    expect.arrayContaining(['GLIBC_2.17', 'GLIBC_2.28', 'GLIBCXX_3.4.22', 'CXXABI_1.3.11', 'GCC_3.0']),
  )
})

test('accepts what Lambda has', () => {
  expect(refuseNativeFile(libvips)).toBeUndefined()
})

test('refuses another processor', () => {
  const amd64 = Buffer.from(libvips)
  amd64.writeUInt16LE(62, 18)

  expect(refuseNativeFile(amd64)).toBe('is not for aarch64')
})

test('refuses a newer glibc than Lambda has, by its version', () => {
  const newer = replaceText(libvips, 'GLIBC_2.28', 'GLIBC_2.38')

  expect(refuseNativeFile(newer)).toBe('needs GLIBC_2.38')
})

test('refuses versions of a library that it does not know', () => {
  const foreign = replaceText(libvips, 'GCC_3.0', 'ABC_3.0')

  expect(refuseNativeFile(foreign)).toBe('needs ABC_3.0')
})

test('has nothing against a file that is not native', async () => {
  expect(refuseNativeFile(await readFile(import.meta.filename))).toBeUndefined()
})

function replaceText(file: Buffer, text: string, other: string): Buffer {
  const changed = Buffer.from(file)
  for (let at = file.indexOf(`${text}\0`); at >= 0; at = file.indexOf(`${text}\0`, at + 1))
    changed.write(other, at, 'latin1')
  return changed
}
