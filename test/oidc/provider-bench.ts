import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { OidcConfig } from '../../src/config/oidc.js';
import type { Adapter } from '../../src/connections/adapter.js';
import type { AdapterDeps } from '../../src/connections/deps.js';
import type { ServedHooks } from '../../src/connections/hook.js';
import type { Connection, Policy } from '../../src/core/connection.js';
import type { OrganisationRules } from '../../src/core/organisations/organisations.js';
import type { Fetch } from '../../src/core/ports.js';
import { createOidcKeys } from '../../src/keys/oidc-keys.js';
import { createIssuers } from '../../src/oidc/issuers.js';
import { connect } from '../../src/server/connect.js';
import { startApiServer, toForm } from '../api-server.js';
import { createTestVerifier, drawPicture } from '../embedded.js';
import { testIssuer } from '../keys.js';
import { createBrowser } from './browser.js';
import { fromHtmlText } from './html-text.js';

export interface Configured {
  readonly id: string;
  readonly kind: string;
  readonly policy: Policy;
  readonly oidc: OidcConfig | null;
  readonly organisations: OrganisationRules | null;
}

export interface Seen {
  readonly url: string;
  readonly status: number;
  readonly text: string;
}

const shownGuard = z.object({ outcome: z.enum(['passed', 'failed', 'try_again']), receipt: z.string().nullable() });

function toOpening(fragment: string): { ticket: string; returnUrl?: string } {
  const [ticket = '', returnUrl] = fragment.split('&return=');
  return { ticket, ...(returnUrl === undefined ? {} : { returnUrl: decodeURIComponent(returnUrl) }) };
}

/** Makes each picture different, because the server refuses repeated ones. */
let shots = 0;

/** Starts the service with one connection. The simulated provider is a relying party of the service. */
export async function startProviderBench<Settings extends Configured>({
  keysFile,
  settings,
  createAdapter,
  reach,
}: {
  readonly keysFile: string;
  readonly settings: Settings;
  readonly createAdapter: (deps: AdapterDeps<Settings>) => Adapter;
  readonly reach: { send: Fetch; now: () => number };
}) {
  const connections = new Map<string, Connection>();
  const hooks = new Map<string, ServedHooks>();
  const { id, oidc, organisations } = settings;
  const server = await startApiServer({
    ...{ verifier: createTestVerifier(), connections, hooks },
    oidc: async (core) => {
      const { clock, random, log } = core;
      const adapter = createAdapter({
        ...{ settings, publicUrl: testIssuer, clock, random, log },
        fetch: (url, init) => fetch(url, init),
      });
      const connected = connect(settings, adapter, core, (_, port) => port);
      const { connection } = connected;
      connections.set(id, connection);
      hooks.set(id, connected.hooks);
      const oidcKeys = await createOidcKeys({ file: keysFile, ...core });
      const { createOidcClients } = adapter;
      return createIssuers(oidc === null ? [] : [{ connection, oidc, organisations, createOidcClients }], {
        ...core,
        oidcKeys,
      });
    },
  });
  const send: Fetch = (url, init) => fetch(url.replace(testIssuer, server.origin), init);
  reach.send = send;
  reach.now = () => server.clock.now();
  const { token } = await server.issue(['enrol', 'verify']);
  return {
    server,
    send,
    issuer: `${testIssuer}/oidc/${id}`,
    async enrol(subject: string, person: string) {
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
      const openCamera = async (link: string) => {
        const { origin, hash } = new URL(link);
        let session: string | null = null;
        const post = async (path: string, body: object): Promise<Record<string, never>> => {
          const headers = {
            ...(body instanceof FormData ? {} : { 'content-type': 'application/json' }),
            ...(session === null ? {} : { authorization: `Bearer ${session}` }),
          };
          const sent = body instanceof FormData ? body : JSON.stringify(body);
          const { text } = await browser.visit(`${origin}${path}`, { method: 'POST', headers, body: sent });
          return JSON.parse(text);
        };
        const opened = z
          .object({ session: z.string(), view: z.object({ consentVersion: z.string(), returnUrl: z.string() }) })
          .parse(await post('/face/open', toOpening(hash.slice(1))));
        session = opened.session;
        await post('/face/consent', { version: opened.view.consentVersion, language: 'en' });
        return { post, returnUrl: opened.view.returnUrl };
      };
      const takeFrames = async (post: Awaited<ReturnType<typeof openCamera>>['post'], person: string) => {
        const nonce: string = z.string().parse((await post('/face/challenge', {})).nonce);
        const photos: Uint8Array[] = [];
        for (let index = 0; index < 5; index += 1) {
          shots += 1;
          const photo = Buffer.from(`face ${person} ${shots} 0.9`);
          photos.push(photo);
          server.clock.advanceSec(1);
          const digest = createHash('sha256').update(photo).digest('base64url');
          await post('/face/challenge/frames', { nonce, digest });
        }
        return shownGuard.parse(await post('/face/frames', toForm({ nonce, photo: photos })));
      };
      return {
        ...browser,
        walk,
        async show(link: string, person: string): Promise<Seen & { receipt: string | null }> {
          const { post, returnUrl } = await openCamera(link);
          let shown = await takeFrames(post, person);
          while (shown.outcome === 'try_again') shown = await takeFrames(post, person);
          return { ...(await walk(returnUrl)), receipt: shown.receipt };
        },
        async decline(link: string): Promise<Seen> {
          const { post, returnUrl } = await openCamera(link);
          await post('/face/decline', {});
          return walk(returnUrl);
        },
        say: (page: Seen, username: string) =>
          walk(page.url, { method: 'POST', body: new URLSearchParams({ username }) }),
      };
    },
    stop: () => server.stop(),
  };
}

export type ProviderBench = Awaited<ReturnType<typeof startProviderBench>>;

export function readResult({ text }: Pick<Seen, 'text'>) {
  const [, result = '', reason = ''] = /data-result="([^"]*)" data-reason="([^"]*)"/.exec(text) ?? [];
  const json = /<pre id="details">([^<]*)<\/pre>/.exec(text)?.[1] ?? 'null';
  const details = JSON.parse(fromHtmlText(json));
  return { result, reason, details };
}
