// A school's own provider of accounts: a real OpenID Connect provider on this machine, with a page that asks who one is.
import { once } from 'node:events'
import { type IncomingMessage, type Server as HttpServer, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Provider as OidcProvider } from 'oidc-provider'

export type Account = { email: string; email_verified: boolean; amr: string[] }

export class Provider {
  private provider?: OidcProvider
  readonly issuer: string

  private constructor(
    private readonly http: HttpServer,
    private readonly accounts: Record<string, Account>,
  ) {
    this.issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  }

  /** Listens, and answers once it knows who asks: `for`. */
  static async listen(accounts: Record<string, Account>): Promise<Provider> {
    const http = createServer().listen(0, '127.0.0.1')
    await once(http, 'listening')
    return new Provider(http, accounts)
  }

  /** What the server is told of it. */
  settings(secretVariable: string, more: object = {}): object {
    return { issuer: this.issuer, client_id: 'roundtable', client_secret_env: secretVariable, ...more }
  }

  /** From now on it knows the server at this address. */
  for(url: string, secret: string): void {
    const provider = new OidcProvider(this.issuer, {
      clients: [{ client_id: 'roundtable', client_secret: secret, redirect_uris: [`${url}/signin/school/back`] }],
      findAccount: (_: unknown, id: string) => ({
        accountId: id,
        claims: () => ({ sub: id, email: this.accounts[id]?.email, email_verified: this.accounts[id]?.email_verified }),
      }),
      claims: { openid: ['sub', 'amr'], email: ['email', 'email_verified'], profile: ['name'] },
      // As Microsoft and Google do it: the address stands in the id token.
      conformIdTokenClaims: false,
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
      pkce: { required: () => true },
      cookies: { keys: ['only for a test'] },
      // The school has agreed for everybody.
      loadExistingGrant: async (ctx: any) => {
        const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId })
        grant.addOIDCScope('openid email profile')
        await grant.save()
        return grant
      },
    } as any)
    this.provider = provider
    const answer = provider.callback()
    this.http.removeAllListeners('request')
    this.http.on('request', (request, response) => {
      if (request.url?.startsWith('/interaction/')) void this.interact(request, response)
      else answer(request, response)
    })
  }

  stop(): void {
    this.http.closeAllConnections()
    this.http.close()
  }

  /** Who are you? Pressing one is signing in there. */
  private async interact(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', this.issuer)
    const id = url.searchParams.get('as')
    if (id && this.accounts[id]) {
      const result = { login: { accountId: id, amr: this.accounts[id].amr } }
      return this.provider!.interactionFinished(request, response, result, { mergeWithLastSubmission: false })
    }
    if (url.searchParams.has('no')) {
      return this.provider!.interactionFinished(request, response, { error: 'access_denied' }, { mergeWithLastSubmission: false })
    }
    const people = Object.keys(this.accounts).map((id) => `<li><a href="?as=${id}">${id}</a></li>`)
    response.setHeader('content-type', 'text/html').end(`<h1>School accounts</h1><ul>${people.join('')}<li><a href="?no">No</a></li></ul>`)
  }
}
