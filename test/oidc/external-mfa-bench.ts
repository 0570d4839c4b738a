import { createEntraConnectionGuard } from '../../adapters/entra/config.js';
import { createEntraAdapter } from '../../adapters/entra/index.js';
import { createEntraProvisioning } from '../../adapters/entra/provision.js';
import { startEntraSimulator } from '../../simulators/entra/index.js';
import type { DirectoryUser } from '../../simulators/entra/tenant.js';
import type { SimulatorOptions } from '../../simulators/serve.js';
import type { Fetch } from '../../src/core/ports.js';
import { FaceError } from '../../src/errors.js';
import { type Browser, createBrowser, type Seen, showFace } from '../../support/fakes/browser.js';
import { testIssuer } from '../../support/fakes/keys.js';
import { applyAll } from '../contract/bench.js';
import { toEntraConnection } from '../contract/entra.js';
import { fromHtmlText } from './html-text.js';
import { createReach, startProviderBench } from './provider-bench.js';

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
  onServer,
}: {
  readonly policy?: object;
  readonly onServer?: SimulatorOptions['onServer'];
} = {}) {
  const reach = createReach();
  const fetchProvider: Fetch = (url, init) => reach.send(url, init);
  const entra = await startEntraSimulator({ now: () => reach.now(), fetchProvider, onServer });
  const partner = await entra.addTenant();
  const daemon = entra.addDaemon();
  const appId = entra.addClientApp();
  entra.consent(daemon.clientId, partner, ['User.ReadWrite.All']);
  const tenantIds = [entra.tenant.id, partner.id];
  const method = { kind: 'entra_external_mfa', id: appId, tenantIds, login: entra.url, groups: ['all_users'] };
  const settings = createEntraConnectionGuard([]).parse({
    ...toEntraConnection(entra, daemon, { hooks: { tenants: tenantIds } }, { clients: [method] }),
    id: 'work',
    policy: { mode: 'shadow', ...policy },
  });
  const bench = await startProviderBench({ settings, reach, createAdapter: createEntraAdapter, fetch: entra.fetch });
  const { server } = bench;
  const provisioning = createEntraProvisioning({
    ...server.deps,
    settings,
    publicUrl: testIssuer,
    fetch: entra.fetch,
  });
  await applyAll(provisioning);
  const newBrowser = () => createBrowser(bench.send);
  return {
    entra,
    partner,
    appId,
    server,
    provisioning,
    newBrowser,
    issuer: bench.issuer,
    enrol: bench.enrol,
    post: (browser: Browser, { action, fields }: PostedForm) =>
      browser.follow(action, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', origin: entra.url },
        body: new URLSearchParams(fields).toString(),
      }),
    addUser: (name: string): DirectoryUser => entra.addUser({ mail: `${name}@example.com` }),
    async start(userId: string, changes: Record<string, string> = {}): Promise<PostedForm> {
      const { action, fields } = await entra.startExternalMfa({ userId });
      return { action, fields: { ...fields, ...changes } };
    },
    show: (browser: Browser, link: string, person: string, pin?: string) =>
      showFace(browser, link, { person, pin, advanceSec: server.clock.advanceSec }),
    /** Simulates an outage of the state store. @returns what ends it */
    takeStateDown(): () => void {
      const { state } = server.deps;
      const whole = { ...state };
      const fail = () => Promise.reject(new FaceError('state_unavailable'));
      Object.assign(state, { read: fail, readMany: fail, write: fail, add: fail, delete: fail, storeEpoch: fail });
      return () => void Object.assign(state, whole);
    },
    stop: () => entra.close(),
  };
}

export type ExternalMfaBench = Awaited<ReturnType<typeof startExternalMfaBench>>;
