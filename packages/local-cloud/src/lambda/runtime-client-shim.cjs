/**
 * Preloaded into every function's process, before AWS's Runtime Interface Client. That is installed without its native
 * part, which would need a compiler: this module takes the place of `rapid-client.node`. It speaks to the local cloud
 * by Node's own channel between parent and child, so there is no port that somebody else could reach, and it ends the
 * process when the local cloud is gone.
 */
const http = require('node:http')
const { registerHooks } = require('node:module')
const { pathToFileURL } = require('node:url')

// Threads have no channel, and processes that the function starts get no preloads: both stay as they are
if (process.send) {
  const send = process.send.bind(process)
  delete process.send
  process.execArgv = []
  // The group takes along what the function has started
  process.on('disconnect', () => process.kill(-process.pid, 'SIGKILL'))
  module.exports = createClient(send)
  takePlaceOfNativeClient(send)
}

/** The interface of the native client. */
function createClient(send) {
  let give
  process.on('message', (invocation) => {
    // A handler that waits for nothing any more ends the process, as on Lambda
    process.channel.unref()
    give(invocation)
  })
  process.channel.unref()
  return {
    initializeClient: () => {},
    next: () =>
      new Promise((resolve) => {
        give = resolve
        process.channel.ref()
        send({ type: 'next' })
      }),
    done: (_, response) => send({ type: 'done', response, memoryBytes: process.memoryUsage.rss() }),
    error: (_, error) => send({ type: 'failed', error: JSON.parse(error) }),
  }
}

/**
 * An init error is the one thing that the client posts by itself. It takes `http.request` when it is loaded and asks for
 * its native part right after; the function is loaded later and gets the original.
 */
function takePlaceOfNativeClient(send) {
  const { request } = http
  http.request = () => ({
    on: () => {},
    end: (error) => send({ type: 'initFailed', error: JSON.parse(error) }, () => process.exit(1)),
  })
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      if (!specifier.endsWith('/rapid-client.node')) return next(specifier, context)
      http.request = request
      hooks.deregister()
      return { url: pathToFileURL(__filename).href, format: 'commonjs', shortCircuit: true }
    },
  })
}
