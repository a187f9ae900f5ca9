import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** The processes that this one has started. Linux only. */
export function childProcesses(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parentOf(pid) === process.pid)
}

/** Which of these processes has the connection from `theirPort` to `ourPort` of this machine. Linux only. */
export function findPeer(pids: number[], theirPort: number, ourPort: number): number | undefined {
  const inode = inodeOf(theirPort, ourPort)
  return pids.find((pid) => inode !== undefined && socketsOf(pid).includes(`socket:[${inode}]`))
}

function parentOf(pid: number): number | undefined {
  // `1 (name, which may hold anything) S 0 …`
  const stat = tryTo(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
  return stat === undefined ? undefined : Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
}

function inodeOf(localPort: number, remotePort: number): string | undefined {
  const lines = readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1)
  const fields = lines.map((line) => line.trim().split(/\s+/))
  return fields.find(([, local, remote]) => local?.endsWith(hex(localPort)) && remote?.endsWith(hex(remotePort)))?.[9]
}

const hex = (port: number) => `:${port.toString(16).toUpperCase().padStart(4, '0')}`

function socketsOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`
  const names = tryTo(() => readdirSync(folder)) ?? []
  return names.map((name) => tryTo(() => readlinkSync(`${folder}/${name}`)) ?? '')
}

/** A process may end while it is looked at. */
function tryTo<T>(look: () => T): T | undefined {
  try {
    return look()
  } catch {
    return undefined
  }
}
