import { subscribe } from 'node:diagnostics_channel'
import { IncomingMessage } from 'node:http'

/** Counts every request to a server of this process: by the key that signed it, then by action. */
export function watchRequests() {
  const counts = new Map<string, Map<string, number>>()
  subscribe('http.server.request.start', (message) => {
    if (typeof message === 'object' && message !== null && 'request' in message) {
      if (message.request instanceof IncomingMessage) count(message.request)
    }
  })

  function count({ method = '', url = '', headers }: IncomingMessage): void {
    const key = /Credential=([^/]+)\//.exec(headers.authorization ?? '')?.[1]
    if (key === undefined) return
    const target = headers['x-amz-target']
    const action = typeof target === 'string' ? (target.split('.').at(-1) ?? '') : s3Action(method, url)
    const actions = counts.get(key) ?? new Map<string, number>()
    actions.set(action, (actions.get(action) ?? 0) + 1)
    counts.set(key, actions)
  }

  return {
    of: (accessKeyId: string | undefined): ReadonlyMap<string, number> => counts.get(accessKeyId ?? '') ?? new Map(),
    clear: () => counts.clear(),
  }
}

function s3Action(method: string, url: string): string {
  const { pathname, searchParams } = new URL(url, 'http://127.0.0.1')
  const [, , ...key] = pathname.split('/')
  if (key.join('') === '') return searchParams.has('list-type') ? 'ListObjectsV2' : `${method}Bucket`
  return `${method.charAt(0)}${method.slice(1).toLowerCase()}Object`
}
