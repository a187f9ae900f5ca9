import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/**
 * A copy of the repository's own files in a temporary folder, with the same dependencies. The links between workspaces are
 * relative, so they lead to the copy's own packages.
 */
export function scratchCopy(root: string): string {
  const copy = mkdtempSync(join(tmpdir(), 'fanout-mutate-'))
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root })
  const files = listed.toString().split('\0').filter(Boolean)
  for (const file of files) {
    if (!existsSync(join(root, file))) continue
    mkdirSync(join(copy, dirname(file)), { recursive: true })
    cpSync(join(root, file), join(copy, file))
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  for (const workspace of workspacesOf(files)) {
    const links = join(workspace, 'node_modules')
    if (existsSync(join(root, links))) {
      cpSync(join(root, links), join(copy, links), { recursive: true, verbatimSymlinks: true })
    }
  }
  return copy
}

function workspacesOf(files: string[]): string[] {
  return files.filter((file) => file.endsWith('/package.json') && !file.includes('templates/')).map(dirname)
}
