// The network between one browser and the server, which a test can cut, stall and mend. A browser that Playwright
// calls offline keeps its open sockets; this one loses them.
import { once } from 'node:events'
import { type AddressInfo, type Server as NetServer, type Socket, connect, createServer } from 'node:net'
import type { Server } from './server.ts'

export class Wire {
  private readonly sockets = new Set<Socket>()
  private forgotten = new Set<Socket>()
  private state: 'whole' | 'cut' | 'stalled' = 'whole'

  private constructor(
    private readonly listener: NetServer,
    private readonly target: URL,
  ) {}

  /** A way to this server that is whole to begin with. */
  static async to(server: Server): Promise<Wire> {
    const listener = createServer({ pauseOnConnect: true })
    const wire = new Wire(listener, new URL(server.url))
    listener.on('connection', (near) => wire.accept(near))
    listener.listen(0, '127.0.0.1')
    await once(listener, 'listening')
    return wire
  }

  get url(): string {
    return `http://127.0.0.1:${(this.listener.address() as AddressInfo).port}`
  }

  /** A server’s own address, by this way. */
  through(url: string): string {
    return url.replace(this.target.origin, this.url)
  }

  /** Nothing is there: what is open breaks, what is new is refused. */
  cut(): void {
    this.state = 'cut'
    for (const socket of this.sockets) socket.destroy()
  }

  /** Everything stays open, and nothing arrives: the lift, the tunnel, the full school Wi-Fi. */
  stall(): void {
    this.state = 'stalled'
    for (const socket of this.sockets) socket.pause()
  }

  /** As if nothing had been. What was stalled arrives now. */
  mend(): void {
    this.state = 'whole'
    for (const socket of this.sockets) if (!this.forgotten.has(socket)) socket.resume()
  }

  /** What is open stays open and silent for ever; what is new passes. */
  forget(): void {
    for (const socket of this.sockets) socket.pause()
    this.forgotten = new Set(this.sockets)
    this.state = 'whole'
  }

  async close(): Promise<void> {
    this.cut()
    this.listener.close()
    await once(this.listener, 'close')
  }

  private accept(near: Socket): void {
    if (this.state === 'cut') {
      near.destroy()
      return
    }
    const far = connect(Number(this.target.port), this.target.hostname)
    for (const [from, to] of [[near, far], [far, near]]) {
      this.sockets.add(from)
      from.on('data', (bytes) => to.write(bytes))
      from.on('end', () => to.end())
      from.on('error', () => {})
      from.on('close', () => {
        this.sockets.delete(from)
        to.destroy()
      })
    }
    if (this.state === 'stalled') for (const socket of [near, far]) socket.pause()
    else near.resume()
  }
}
