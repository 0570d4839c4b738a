import { connect } from '../../src/app/connect.js';
import type { ConnectionSections } from '../../src/config/additions.js';
import type { OidcConfig } from '../../src/config/oidc.js';
import type { Adapter, AdapterDeps } from '../../src/connections/adapter.js';
import type { ServedHooks } from '../../src/connections/hook.js';
import type { Connection, Policy, RecoveryPolicy } from '../../src/core/connection.js';
import type { Fetch } from '../../src/core/ports.js';
import { loadOidcExtensions } from '../../src/extensions/index.js';
import { createIssuers } from '../../src/oidc/issuers.js';
import { createOidcKeys } from '../../src/storage/keys/oidc-keys.js';
import { findKeysFile } from '../../support/benches/issuer.js';
import { createBrowser, showFace } from '../../support/fakes/browser.js';
import { drawPicture } from '../../support/fakes/embedded.js';
import { testIssuer } from '../../support/fakes/keys.js';
import { startApiServer, toForm } from '../../support/servers/api-server.js';
import { fromHtmlText } from './html-text.js';

export interface Configured extends Partial<ConnectionSections> {
  readonly id: string;
  readonly kind: string;
  readonly policy: Policy;
  readonly oidc: OidcConfig | null;
  readonly recovery: RecoveryPolicy;
}

export interface Seen {
  readonly url: string;
  readonly status: number;
  readonly text: string;
}

/** What a simulated provider reaches the service by, which is started after it. */
export const createReach = (): { send: Fetch; now: () => number } => ({
  send: (url, init) => fetch(url, init),
  now: () => Date.now(),
});

/** Starts the service with one connection. The simulated provider is a relying party of the service. */
export async function startProviderBench<Settings extends Configured>({
  settings,
  createAdapter,
  reach = createReach(),
  fetch: callProvider = (url, init) => fetch(url, init),
}: {
  readonly settings: Settings;
  readonly createAdapter: (deps: AdapterDeps<Settings>) => Adapter;
  readonly reach?: ReturnType<typeof createReach>;
  readonly fetch?: Fetch;
}) {
  const connections = new Map<string, Connection>();
  const hooks = new Map<string, ServedHooks>();
  const { id, oidc } = settings;
  const server = await startApiServer({
    connections,
    hooks,
    oidc: async (core) => {
      const { clock, random, log } = core;
      const adapter = createAdapter({ settings, publicUrl: testIssuer, clock, random, log, fetch: callProvider });
      const connected = connect(
        { me: null, ...settings },
        adapter,
        { ...core, fetch: callProvider, publicFetch: callProvider },
        (_, port) => port,
      );
      const { connection } = connected;
      connections.set(id, connection);
      hooks.set(id, connected.hooks);
      const oidcKeys = await createOidcKeys({ file: findKeysFile(), ...core });
      const { createOidcClients = () => [] } = adapter;
      const withClients = oidc === null ? [] : [{ connection, oidc, sections: settings, createOidcClients }];
      return createIssuers(withClients, await loadOidcExtensions(), { ...core, oidcKeys });
    },
  });
  const send: Fetch = (url, init) => fetch(url.replace(testIssuer, server.origin), init);
  reach.send = send;
  reach.now = () => server.clock.now();
  return {
    server,
    send,
    issuer: `${testIssuer}/oidc/${id}`,
    async enrol(subject: string, person: string) {
      const { token } = await server.issue(['enrol']);
      const consent = { consentStatement: 'test', consentGivenAt: new Date(server.clock.now()).toISOString() };
      const photo = [1, 2, 3].map((shot) => drawPicture(person, shot));
      const form = toForm({ connection: id, subject, ...consent, photo });
      const { status } = await server.postForm('/enrolments', form, { 'x-auth-token': token });
      if (status !== 201) throw new Error(`not enrolled: ${status}`);
    },
    openBrowser() {
      const browser = createBrowser(send);
      const walk = async (url: string, init?: RequestInit): Promise<Seen> => {
        let seen = await browser.visit(url, init);
        for (let hops = 0; hops < 20; hops += 1) {
          const location = seen.headers.get('location');
          if (location === null) return seen;
          const next = new URL(location, seen.url).href;
          if (new URL(next).pathname === '/face') return { ...seen, url: next };
          seen = await browser.visit(next);
        }
        throw new Error('redirects without end');
      };
      return {
        ...browser,
        walk,
        async show(link: string, person: string): Promise<Seen & { receipt: string | null }> {
          const { advanceSec } = server.clock;
          const { returnUrl, receipt } = await showFace(browser, link, { person, advanceSec });
          return { ...(await walk(returnUrl)), receipt };
        },
        say: (page: Seen, username: string) =>
          walk(page.url, { method: 'POST', body: new URLSearchParams({ username }) }),
      };
    },
  };
}

export type ProviderBench = Awaited<ReturnType<typeof startProviderBench>>;

export function readResult({ text }: Pick<Seen, 'text'>) {
  const [, result = '', reason = ''] = /data-result="([^"]*)" data-reason="([^"]*)"/.exec(text) ?? [];
  const json = /<pre id="details">([^<]*)<\/pre>/.exec(text)?.[1] ?? 'null';
  const details = JSON.parse(fromHtmlText(json));
  return { result, reason, details };
}
