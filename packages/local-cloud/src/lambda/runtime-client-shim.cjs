/**
 * Preloaded into every function's process, before AWS's Runtime Interface Client. That is installed without its native
 * part, which would need a compiler: this module takes the place of `rapid-client.node` and speaks to the Runtime API
 * by node:http. It also ends the process when the local cloud is gone.
 */
const http = require('node:http')
const { registerHooks } = require('node:module')
const { pathToFileURL } = require('node:url')

// No variable of Lambda's, so the function must not see it. Threads and processes that it starts find none, and stop here.
const secretPath = process.env.FANOUT_RUNTIME_PATH
delete process.env.FANOUT_RUNTIME_PATH
if (secretPath !== undefined) {
  keepRequestsOnSecretPath()
  module.exports = createClient()
  dieWithParent()
}

function createClient() {
  const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':')
  // With one connection an answer is sent, and received, before the next invocation is asked for
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  const call = (method, path, body, headers) =>
    new Promise((resolve, reject) => {
      const options = {
        host,
        port,
        agent,
        method,
        headers,
        path: `${secretPath}/2018-06-01/runtime/invocation/${path}`,
      }
      const request = http.request(options, (response) => {
        let bodyJson = ''
        response.setEncoding('utf8').on('data', (text) => (bodyJson += text))
        response.on('end', () => resolve({ bodyJson, headers: response.headers }))
      })
      request.on('error', reject).end(body)
    })
  const post = (path, body) => {
    const headers = { 'content-type': 'application/json', 'memory-used': process.memoryUsage.rss() }
    // When the local cloud is gone, so is this process
    call('POST', path, body, headers).catch(() => {})
  }
  return {
    initializeClient: () => {},
    next: () => call('GET', 'next'),
    done: (id, body) => post(`${id}/response`, body),
    error: (id, body) => post(`${id}/error`, body),
  }
}

/**
 * The client itself posts init errors and streamed answers, to a fixed path at host:port. It takes `http.request` when
 * it is loaded and asks for its native part right after; the function is loaded later and gets the original.
 */
function keepRequestsOnSecretPath() {
  const { request } = http
  http.request = (options, ...rest) => request({ ...options, path: secretPath + options.path }, ...rest)
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      if (!specifier.endsWith('/rapid-client.node')) return next(specifier, context)
      http.request = request
      hooks.deregister()
      return { url: pathToFileURL(__filename).href, format: 'commonjs', shortCircuit: true }
    },
  })
}

/** Standard input stays open as long as the local cloud lives. The group takes along what the function has started. */
function dieWithParent() {
  process.stdin.on('close', () => process.kill(-process.pid, 'SIGKILL')).resume()
  process.stdin.unref()
}
