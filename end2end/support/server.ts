// The built server with the demo school, on a port and in a directory of its own.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

const root = resolve(import.meta.dirname, '../..')
const program = process.env.ROUNDTABLE_BIN ?? join(resolve(root, process.env.CARGO_TARGET_DIR ?? 'target'), 'debug/roundtable')

export type Person = { name: string; role: string; join_url: string }
export type Meeting = { id: string; pupil: string; stage: string; people: Person[] }

export class Server {
  readonly url: string
  private child?: ChildProcess
  private output = ''

  private constructor(
    private readonly data: string,
    private readonly address: string,
    private readonly environment: Record<string, string>,
    private readonly command: 'demo' | 'serve',
  ) {
    this.url = environment.ROUNDTABLE_URL ?? `http://${address}`
  }

  /**
   * Starts a server with a fresh demo school, or with none (`serve`). A named one is reached as `localhost`: browsers
   * keep passkeys for names.
   */
  static async start(
    environment: Record<string, string> = {},
    { command = 'demo', named = false }: { command?: 'demo' | 'serve'; named?: boolean } = {},
  ): Promise<Server> {
    const data = mkdtempSync(join(tmpdir(), 'roundtable-'))
    chmodSync(data, 0o711) // the user who runs Postgres for root must be able to pass
    const port = await freePort()
    const name = named ? { ROUNDTABLE_URL: `http://localhost:${port}` } : {}
    const server = new Server(data, `127.0.0.1:${port}`, { ...environment, ...name }, command)
    try {
      await server.startAgain()
      return server
    } catch (error) {
      await server.stop()
      throw error
    }
  }

  /** Starts the server again on the same directory and port, and waits until it is ready. */
  async startAgain(): Promise<void> {
    const child = spawn(program, [this.command], {
      cwd: root,
      env: { ...withoutDatabase(), ...this.environment, ROUNDTABLE_DATA: this.data, ROUNDTABLE_ADDR: this.address },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.child = child
    const remember = (text: Buffer) => (this.output = (this.output + text).slice(-16_000))
    child.stdout.on('data', remember)
    child.stderr.on('data', remember)
    child.on('error', (error) => (this.output += error.message))
    for (const deadline = Date.now() + 60_000; !(await this.isReady()); ) {
      if (child.exitCode !== null || child.signalCode || child.pid === undefined || Date.now() > deadline) {
        throw new Error(`the server did not become ready:\n${this.output}`)
      }
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  /** Ends the server as a power cut would: nothing is written that was not written already. */
  async kill(): Promise<void> {
    await this.end('SIGKILL')
  }

  /** Ends the server as Ctrl-C does, and removes what it kept. */
  async stop(): Promise<void> {
    await this.end('SIGINT')
    // After a kill Postgres may still be writing while it ends.
    rmSync(this.data, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }

  /** The meetings of the demo school, with a join link for each person. */
  meetings(): Meeting[] {
    return JSON.parse(readFileSync(join(this.data, 'demo.json'), 'utf8')).meetings
  }

  /** The processes of this server’s own Postgres: it, and its children. */
  async postgresPids(): Promise<number[]> {
    const children = (pid: number) => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
    const all = readdirSync(`/proc/${this.child!.pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${this.child!.pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    )
    return all.flatMap((postmaster) => [postmaster, ...children(postmaster)])
  }

  /** What the server said last. */
  log(): string {
    return this.output
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.child
    this.child = undefined
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode) return
    const exit = once(child, 'exit')
    child.kill(signal)
    const inTime = await Promise.race([exit, pause(60_000, null, { ref: false })])
    if (!inTime) throw new Error(`the server did not end:\n${this.output}`)
  }

  private async isReady(): Promise<boolean> {
    return fetch(`${this.url}/readyz`).then(({ ok }) => ok, () => false)
  }
}

/** Each server runs its own Postgres, whatever the tests around it use. */
function withoutDatabase(): NodeJS.ProcessEnv {
  const { DATABASE_URL, ...rest } = process.env
  return rest
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as { port: number }
  probe.close()
  await once(probe, 'close')
  return port
}
