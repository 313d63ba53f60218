// A Yjs program from npm at the same table: the provider that anybody would use, with a person's session.
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import WebSocket from 'ws'
import * as Y from 'yjs'
import type { Meeting, Person, Server } from './server.ts'

/** The session cookie that pressing “Join the meeting” sets. */
export async function signIn(server: Server, person: Person): Promise<string> {
  const response = await fetch(person.join_url, { method: 'POST', redirect: 'manual', headers: { origin: server.url } })
  const cookie = response.headers.getSetCookie().find((cookie) => cookie.startsWith('sid='))
  if (!cookie) throw new Error(`no session for ${person.role}: ${response.status}`)
  return cookie.split(';')[0]
}

/** One socket of a person, as a browser would open it; with another origin it should not open. */
export function socket(server: Server, cookie: string, origin = server.url): HocuspocusProviderWebsocket {
  class Signed extends WebSocket {
    constructor(url: string) {
      super(url, { headers: { cookie, origin } })
      // The provider drops its listeners before it closes; a socket closed before it was open still has an error to say.
      this.on('error', () => {})
    }
  }
  const url = server.url.replace('http', 'ws') + '/live'
  return new HocuspocusProviderWebsocket({ url, WebSocketPolyfill: Signed, delay: 100, minDelay: 100, maxDelay: 500 })
}

export class SectionClient {
  readonly doc = new Y.Doc()
  readonly provider: HocuspocusProvider
  readonly events: Record<string, unknown>[] = []
  denied?: string

  constructor(socket: HocuspocusProviderWebsocket, meeting: Meeting, section: string) {
    this.provider = new HocuspocusProvider({
      websocketProvider: socket,
      name: `${meeting.id}/${section}`,
      document: this.doc,
      token: 'ignored',
      onStateless: ({ payload }) => this.events.push(JSON.parse(payload)),
      onAuthenticationFailed: ({ reason }) => (this.denied = reason),
    })
    this.provider.attach()
  }

  get synced(): boolean {
    return this.provider.isSynced && !this.provider.hasUnsyncedChanges
  }

  /** A list's items as plain values, in the order of the page, removed ones left out. */
  items(list: string): ({ id: string; order: string } & Record<string, unknown>)[] {
    const all = Object.entries(this.doc.getMap(list).toJSON()) as [string, Record<string, unknown>][]
    return all
      .filter(([, item]) => !item.removed_by)
      .map(([id, item]) => ({ ...item, id, order: String(item.order) }))
      .sort((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : a.id < b.id ? -1 : 1))
  }

  text(list: string, id: string, field: string): Y.Text {
    return (this.doc.getMap(list).get(id) as Y.Map<unknown>).get(field) as Y.Text
  }
}
