import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { BuildOptions } from 'esbuild'
import { bundleSharp } from './sharp-for-lambda.ts'

/** How esbuild bundles the functions of the app in `folder`; nothing is written. */
export function buildOptions(folder: string, handlers: Record<string, string>) {
  return {
    absWorkingDir: folder,
    entryPoints: handlers,
    outdir: 'dist/lambda',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    // What is behind `await import()` becomes a file of its own that costs nothing until it is needed.
    splitting: true,
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    minify: true,
    legalComments: 'none',
    sourcemap: 'external',
    sourcesContent: false,
    metafile: true,
    write: false,
    logLevel: 'silent',
    alias: { '@aws-sdk/credential-provider-node': join(import.meta.dirname, 'env-credentials.ts') },
    plugins: [bundleSharp],
    // CommonJS packages that end up in an ES module still call require() for Node's own modules.
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
  } satisfies BuildOptions
}

/** What makes it readable in a debugger: names as they are, and the way back to the sources. */
export const debugOptions = (folder: string) =>
  ({
    minify: false,
    sourcemap: 'inline',
    sourcesContent: true,
    sourceRoot: pathToFileURL(join(folder, 'dist/lambda/')).href,
  }) satisfies BuildOptions
