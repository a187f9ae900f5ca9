import { equal, ok } from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { refuseNativeFile } from '@fanout/bundler/testing'
import { cloneRepository } from './clone.ts'
import { report } from './report.ts'

/**
 * Builds and synthesizes two clones in different folders: the bundles, the templates and the asset hashes in them are the
 * same, and Lambda can load every native file.
 */
const [one, other] = [cloneRepository(), cloneRepository()]
try {
  await report({
    'both clones are built and synthesized': () => {
      for (const clone of [one, other]) clone.run('turbo', 'run', 'synth')
    },
    'the bundles are the same, byte for byte': () => {
      equal(digestOf('dist/lambda', other.folder), digestOf('dist/lambda', one.folder))
    },
    'the templates and the asset hashes are the same': () => {
      equal(digestOf('cdk.out', other.folder), digestOf('cdk.out', one.folder))
    },
    'Lambda can load every native file': () => {
      const native = filesIn('dist/lambda', one.folder).filter(({ path }) => /\.(node|so)\b/.test(path))
      ok(native.length > 0, 'there is no native file')
      for (const { path, contents } of native) equal(refuseNativeFile(contents) ?? 'loads', 'loads', path)
    },
  })
} finally {
  one.remove()
  other.remove()
}

/** The files in the folders of that name, of every app and of infra. */
function filesIn(output: string, root: string) {
  const workspaces = [...readdirSync(join(root, 'apps')).map((name) => join('apps', name)), 'infra']
  const folders = workspaces.map((workspace) => join(root, workspace, output)).filter((folder) => existsSync(folder))
  return (
    folders
      .flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      // Who made which resource, with stack traces: of this machine, and not deployed
      .filter((path) => !path.endsWith('.metadata.json'))
      .toSorted()
      .map((path) => ({ path: path.slice(root.length + 1), contents: readFileSync(path) }))
  )
}

/** A line for each file, so that a difference names it. */
function digestOf(output: string, root: string): string {
  const digest = (contents: Buffer) => createHash('sha256').update(contents).digest('hex')
  return filesIn(output, root)
    .map(({ path, contents }) => `${digest(contents)}  ${path}`)
    .join('\n')
}
