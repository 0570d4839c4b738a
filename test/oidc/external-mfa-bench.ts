import { entraConnectionGuard } from '../../adapters/entra/config.js';
import { createEntraAdapter } from '../../adapters/entra/index.js';
import { createEntraProvisioning } from '../../adapters/entra/provision.js';
import { startEntraSimulator } from '../../simulators/entra/index.js';
import type { DirectoryUser } from '../../simulators/entra/tenant.js';
import type { Exchange } from '../../simulators/exchanges.js';
import type { Connection } from '../../src/core/connection.js';
import type { State } from '../../src/core/ports.js';
import { epochMs } from '../../src/core/units.js';
import { FaceError } from '../../src/errors.js';
import { createOidcKeys } from '../../src/keys/oidc-keys.js';
import { createIssuers } from '../../src/oidc/issuers.js';
import { createSqliteState } from '../../src/state/sqlite.js';
import { startApiServer, toForm } from '../api-server.js';
import { createTestVerifier, drawPicture } from '../embedded.js';
import { testIssuer } from '../keys.js';
import { createTextLog, systemRandom } from '../sinks.js';
import { type Browser, createBrowser, type Seen, showFace } from './browser.js';
import { fromHtmlText } from './html-text.js';
import { findKeysFile } from './issuer.js';

export interface PostedForm {
  readonly action: string;
  readonly fields: Record<string, string>;
}

export function readForm({ text }: Seen): PostedForm {
  const [, action] = /<form method="post" action="([^"]+)"/.exec(text) ?? [];
  if (action === undefined) throw new Error('no form');
  const inputs = [...text.matchAll(/name="([^"]+)" value="([^"]*)"/g)];
  return {
    action: fromHtmlText(action),
    fields: Object.fromEntries(inputs.map(([, name, value]) => [name, fromHtmlText(value ?? '')])),
  };
}

/** Starts a provisioned Entra tenant with External MFA, this server, and a browser between them, on real sockets. */
export async function startExternalMfaBench({
  policy = {},
  onExchange,
}: {
  readonly policy?: object;
  readonly onExchange?: (exchange: Exchange) => void;
} = {}) {
  let origin = '';
  let now = Date.now;
  const open = (url: string, init: RequestInit = {}) => {
    const { origin: asked, pathname, search } = new URL(url);
    if (asked !== testIssuer) throw new Error(`a request to ${asked}`);
    return fetch(`${origin}${pathname}${search}`, init);
  };
  const entra = await startEntraSimulator({ now: () => now(), fetchProvider: open, onExchange });
  const partner = await entra.addTenant();
  const daemon = entra.addDaemon();
  const appId = entra.addClientApp();
  entra.consent(daemon.clientId, partner, ['User.ReadWrite.All']);

  const settings = entraConnectionGuard.parse({
    id: 'work',
    kind: 'entra',
    policy: { mode: 'shadow', ...policy },
    oidc: {
      clients: [
        {
          kind: 'entra_external_mfa',
          id: appId,
          tenantIds: [entra.tenant.id, partner.id],
          login: entra.url,
          groups: ['all_users'],
        },
      ],
    },
    entra: {
      tenantId: entra.tenant.id,
      clientId: daemon.clientId,
      auth: { kind: 'secret', secret: daemon.secret },
      endpoints: { login: entra.url, graph: entra.url },
      hooks: { tenants: [entra.tenant.id, partner.id] },
    },
  });

  const connections = new Map<string, Connection>();
  let down = false;
  const kept = createSqliteState({ file: ':memory:', clock: { now: () => epochMs(now()) } });
  const whileUp = <T>(body: () => Promise<T>): Promise<T> =>
    down ? Promise.reject(new FaceError('state_unavailable')) : body();
  const state: State = {
    read: (...given) => whileUp(() => kept.read(...given)),
    readMany: (...given) => whileUp(() => kept.readMany(...given)),
    write: (...given) => whileUp(() => kept.write(...given)),
    add: (...given) => whileUp(() => kept.add(...given)),
    delete: (...given) => whileUp(() => kept.delete(...given)),
    storeEpoch: () => whileUp(() => kept.storeEpoch()),
    close: () => kept.close(),
  };
  const server = await startApiServer({
    verifier: createTestVerifier(),
    state,
    connections,
    oidc: async (core) => {
      const { clock, random, log } = core;
      const deps = { settings, publicUrl: testIssuer, clock, random, log, fetch: entra.fetch };
      const { profile, createOidcClients } = createEntraAdapter(deps);
      const { id, kind, policy: demanded } = settings;
      const connection: Connection = { id, kind, policy: demanded, profile, openStepUpRequest: null };
      connections.set(id, connection);
      const oidcKeys = await createOidcKeys({ file: findKeysFile(), ...core });
      return createIssuers([{ connection, oidc: settings.oidc!, organisations: null, createOidcClients }], {
        ...core,
        oidcKeys,
      });
    },
  });
  origin = server.origin;
  now = () => server.clock.now();

  const provisioning = createEntraProvisioning({
    ...{ settings, publicUrl: testIssuer, clock: server.clock, random: systemRandom, fetch: entra.fetch },
    log: createTextLog(),
  });
  for (const step of provisioning.steps) {
    const { state } = await step.inspect();
    if (state === 'missing' || state === 'different') await step.apply();
  }

  const newBrowser = () => createBrowser(open);
  const post = (browser: ReturnType<typeof newBrowser>, { action, fields }: PostedForm) =>
    browser.follow(action, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: entra.url },
      body: new URLSearchParams(fields).toString(),
    });

  return {
    ...{ entra, partner, appId, server, provisioning, newBrowser, post },
    issuer: `${testIssuer}/oidc/work`,
    addUser: (name: string): DirectoryUser => entra.addUser({ mail: `${name}@example.com` }),
    async start(userId: string, changes: Record<string, string> = {}): Promise<PostedForm> {
      const { action, fields } = await entra.startExternalMfa({ userId });
      return { action, fields: { ...fields, ...changes } };
    },
    async enrol(subject: string, person: string): Promise<void> {
      const { token } = await server.issue();
      const consentGivenAt = new Date(server.clock.now()).toISOString();
      const photo = [1, 2, 3].map((shot) => drawPicture(person, shot));
      const fields = { connection: 'work', subject, consentStatement: 'test', consentGivenAt, photo };
      const { status } = await server.postForm('/enrolments', toForm(fields), { 'x-auth-token': token });
      if (status !== 201) throw new Error(`enrolment: ${status}`);
    },
    show: (browser: Browser, link: string, person: string, pin?: string) =>
      showFace(browser, link, { person, pin, advanceSec: server.clock.advanceSec }),
    /** Simulates an outage of the state store. */
    setDown(isDown: boolean): void {
      down = isDown;
    },
    async stop(): Promise<void> {
      await server.stop();
      await entra.close();
    },
  };
}

export type ExternalMfaBench = Awaited<ReturnType<typeof startExternalMfaBench>>;
