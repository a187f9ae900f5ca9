import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const { optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const lockfile = readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8')

test.runIf(process.platform === 'linux')(
  'scripts run on the Node of the lockfile, not on the one that started pnpm',
  () => {
    expect(process.execPath).toContain(join(root, 'node_modules/.pnpm/node-linux-'))
    expect(process.version).toBe(`v${optionalDependencies[`node-linux-${process.arch}`]}`)
  },
)

test('every Node package has one version, which engine checks assume too', () => {
  const settings = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8')
  const [, version] = /^nodeVersion: (.+)$/m.exec(settings) ?? []

  expect(new Set(Object.values(optionalDependencies))).toEqual(new Set([version]))
})

test.each(['x64', 'arm64'])('node-linux-%s is fetched on its own kind of host only', (arch) => {
  const name = `node-linux-${arch}`
  const entry = lockfile.split(`\n  ${name}@${optionalDependencies[name]}:\n`)[1]?.split('\n\n')[0]

  expect(entry).toContain(`cpu: [${arch}]`)
  expect(entry).toContain('os: [linux]')
  expect(entry).toContain('libc: [glibc]')
})
