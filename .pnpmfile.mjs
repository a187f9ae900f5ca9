// The node-<platform> packages declare "os" and "cpu" as plain strings, which pnpm does not
// record in the lockfile. As lists it does, so that only the host's one is fetched.
const list = (value) => (typeof value === 'string' ? [value] : value)

export const hooks = {
  readPackage(pkg) {
    if (pkg.name?.startsWith('node-linux-')) {
      pkg.os = list(pkg.os)
      pkg.cpu = list(pkg.cpu)
      pkg.libc = ['glibc']
    }
    return pkg
  },
}
