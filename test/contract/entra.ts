import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { z } from 'zod';
import { createEntraConnectionGuard } from '../../adapters/entra/config.js';
import { createEntraAdapter } from '../../adapters/entra/index.js';
import { createEntraProvisioning } from '../../adapters/entra/provision.js';
import {
  parseAttributeCollectionStart,
  parseAttributeCollectionSubmit,
  parseTokenIssuanceStart,
} from '../../adapters/entra/schema.js';
import { type Daemon, type EntraSimulator, startEntraSimulator } from '../../simulators/entra/index.js';
import { createSigningKey, eventsServiceAppId, signToken, type Tenant } from '../../simulators/entra/tenant.js';
import type { SimulatorOptions } from '../../simulators/serve.js';
import type { RawReply } from '../../src/connections/hook.js';
import type { Provisioning } from '../../src/connections/provisioning.js';
import { subjectOfIdentifier } from '../../src/core/connection.js';
import type { Clock, Fetch } from '../../src/core/ports.js';
import { audienceOf, issueReceipt } from '../../src/core/receipt.js';
import { toStartEvent, toSubmitEvent, toTokenIssuanceEvent } from '../../support/data/entra-events.js';
import { testIssuer } from '../../support/fakes/keys.js';
import { withoutTimeLimit } from '../../support/fakes/patient-fetch.js';
import { createTextLog, systemRandom } from '../../support/fakes/sinks.js';
import { serveAdapter } from '../../support/servers/serve-adapter.js';
import { type AdapterHarness, canary, type HookHarness, type RawRequest } from './adapter.js';
import { type ConnectionChanges, createBenchCore, createEnds, createPassStepUp, toPassedCheck } from './bench.js';

/** Returns a `fetch` that has cached the tenants' metadata and signing keys, because the adapter's timeout is short. */
export async function fetchKeysAhead(entra: EntraSimulator, tenants: readonly Tenant[]): Promise<Fetch> {
  const known = new Map<string, string>();
  for (const { id } of tenants) {
    for (const path of ['v2.0/.well-known/openid-configuration', 'discovery/v2.0/keys']) {
      const url = `${entra.url}/${id}/${path}`;
      known.set(url, await (await entra.fetch(url, {})).text());
    }
  }
  return withoutTimeLimit(async (url, init) => {
    const text = known.get(url);
    return text === undefined ? entra.fetch(url, init) : new Response(text);
  });
}

/** The configuration of a connection to a tenant of the simulator. */
export const toEntraConnection = (
  entra: EntraSimulator,
  daemon: Daemon,
  changes: object = {},
  oidc: object | null = null,
) => ({
  id: 'workforce',
  kind: 'entra',
  policy: { mode: 'shadow' },
  oidc,
  entra: {
    ...entra.toSettings(daemon),
    ...changes,
  },
});

/** What sets up a tenant. Its waits are over at once, by the clock. */
export function provisionEntra(
  connection: unknown,
  { clock, fetch, publicUrl = 'https://face.example.com' }: { clock: EntraClock; fetch: Fetch; publicUrl?: string },
  sleep = async (ms: number): Promise<void> => clock.advanceSec(ms / 1000),
): Provisioning {
  const settings = createEntraConnectionGuard([]).parse(connection);
  const deps = { settings, publicUrl, clock, random: systemRandom, fetch, log: createTextLog() };
  return createEntraProvisioning(deps, sleep);
}
type EntraClock = Clock & { advanceSec(seconds: number): void };

export type EntraBench = Awaited<ReturnType<typeof openEntraBench>>;

/** Starts a tenant with the test's clock and the directory extension. */
export async function openEntraBench({
  throttledEvery = null,
  onServer,
}: {
  readonly throttledEvery?: number | null;
  readonly onServer?: SimulatorOptions['onServer'];
} = {}) {
  const core = await createBenchCore();
  const { clock } = core;
  const entra = await startEntraSimulator({
    kind: 'external',
    now: () => clock.now(),
    hookTimeoutMs: 30_000,
    lateSec: 12,
    throttledEvery,
    onServer,
  });
  const daemon = entra.addDaemon();
  const partner = await entra.addTenant();
  entra.tenant.groupDetails.set(entra.addGroup([], undefined, 'Finance'), { isAssignableToRole: true });
  const keysFetched = await fetchKeysAhead(entra, [entra.tenant, partner]);
  const hookAppId = randomUUID();
  const attribute = entra.addExtension(daemon.clientId, 'facestepToken');
  const receiptAttribute = entra.addExtension(daemon.clientId, 'faceReceipt');
  const toDeps = ({
    claims = {},
    entra: changes = {},
    hooks = {},
    policy = {},
    recovery = {},
    core: otherCore = {},
    fetch,
  }: ConnectionChanges) => ({
    settings: createEntraConnectionGuard([]).parse({
      ...toEntraConnection(entra, daemon, {
        hooks: { appId: hookAppId, signUp: { receiptAttribute }, ...hooks },
        ...changes,
      }),
      id: 'customers',
      claims,
      policy: { mode: 'enforce', liveness: 'off', ...policy },
      recovery,
    }),
    core: { ...core, ...otherCore },
    fetch: fetch ?? keysFetched,
  });
  // The adapter retries calls to Graph without waiting.
  const createAdapter = (deps: Parameters<typeof createEntraAdapter>[0]) => createEntraAdapter(deps, async () => {});
  const { policy } = toDeps({}).settings;
  const ends = createEnds(core, () => entra.close());
  return {
    entra,
    daemon,
    attribute,
    receiptAttribute,
    hookAppId,
    partner,
    core,
    clock,
    policy,
    adapter: serveAdapter(createAdapter, toDeps({})),
    connect: (settings: ConnectionChanges = {}) => serveAdapter(createAdapter, toDeps(settings)),
    provision: (changes: ConnectionChanges, publicUrl: string) =>
      createEntraProvisioning({ ...core, ...toDeps(changes), publicUrl }, async (ms) => clock.advanceSec(ms / 1000)),
    passStepUp: createPassStepUp('customers', policy, core),
    async issueReceipt(subject: string, audience = audienceOf(testIssuer, { id: 'customers' })) {
      const receipt = await issueReceipt({ audience, nonce: null }, toPassedCheck('customers', subject, core), core);
      return receipt.use((text) => text);
    },
    /** Creates a bearer token of Entra's events service. `claims` override the valid ones. */
    createBearer: (claims: Readonly<Record<string, unknown>> = {}, tenant = entra.tenant) =>
      signToken(
        tenant,
        { iss: tenant.issuer, aud: hookAppId, azp: eventsServiceAppId, tid: tenant.id, ver: '2.0', ...claims },
        clock.now(),
      ),
    ends,
    ...ends,
  };
}

export const withBearer = (token: string, body: Uint8Array): RawRequest => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
  body,
});

/** Creates forged bearer tokens. */
export async function createForgedBearers(bench: EntraBench): Promise<string[]> {
  const { entra, createBearer, clock, partner: stranger } = bench;
  const good = await createBearer();
  const [header = '', payload = '', signature = ''] = good.split('.');
  const nowSec = Math.floor(clock.now() / 1000);
  const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const { privateKey } = await createSigningKey();
  const kid = entra.tenant.keys.at(-1)?.kid ?? '';
  const publicKey = entra.tenant.keys.at(-1)?.publicJwk.n ?? '';
  return [
    await createBearer({ azp: randomUUID() }),
    await createBearer({ azp: undefined, appid: eventsServiceAppId }),
    await createBearer({ azp: [eventsServiceAppId] }),
    await createBearer({ aud: randomUUID() }),
    await createBearer({ aud: `api://evil.example/${bench.hookAppId}` }),
    await createBearer({ iss: `${entra.url}/${stranger.id}/v2.0` }),
    await createBearer({ iss: `https://sts.windows.net/${entra.tenant.id}/` }),
    await createBearer({ tid: stranger.id }),
    await createBearer({ tid: undefined }),
    await createBearer({ tid: [entra.tenant.id] }),
    await createBearer({ exp: nowSec - 60 }),
    await createBearer({ exp: undefined }),
    await createBearer({ nbf: nowSec + 600 }),
    await createBearer({}, stranger),
    await createBearer({ tid: entra.tenant.id, iss: entra.tenant.issuer }, stranger),
    await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid }).sign(privateKey),
    await new SignJWT(claims).setProtectedHeader({ alg: 'PS256', kid }).sign(privateKey),
    await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid }).sign(Buffer.from(publicKey)),
    `${none}.${payload}.`,
    `${none}.${payload}.${signature}`,
    `${header}.${payload}.`,
    `${header}.${payload}`,
    'x',
    '..',
  ];
}

const claimsGuard = z.union([
  z.strictObject({ faceVerified: z.literal('false') }),
  z.strictObject({
    faceVerified: z.literal('true'),
    faceVerifiedAt: z.string().regex(/^\d{10}$/),
    faceMethods: z.array(z.enum(['face', 'liveness'])).min(1),
  }),
]);

const untrustedGuard = z.strictObject({ status: z.literal(401), body: z.null() });

const replyOf = (event: string, ...actions: [z.ZodType, ...z.ZodType[]]) =>
  z.strictObject({
    status: z.literal(200),
    body: z.strictObject({
      data: z.strictObject({
        '@odata.type': z.literal(`microsoft.graph.on${event}ResponseData`),
        actions: z.tuple([z.union(actions)]),
      }),
    }),
  });

/** Replies that Entra accepts from a tokenIssuanceStart hook. After any other status, Entra issues no token. */
export const tokenIssuanceReplyGuard = z.union([
  untrustedGuard,
  z.strictObject({ status: z.literal([403, 503]), body: z.null() }),
  replyOf(
    'TokenIssuanceStart',
    z.strictObject({
      '@odata.type': z.literal('microsoft.graph.tokenIssuanceStart.provideClaimsForToken'),
      claims: claimsGuard,
    }),
  ),
]);

const blockPageOf = (event: string) =>
  z.strictObject({
    '@odata.type': z.literal(`microsoft.graph.${event}.showBlockPage`),
    title: z.string().min(1),
    message: z.string().min(1),
  });

export const startReplyGuard = z.union([
  untrustedGuard,
  replyOf(
    'AttributeCollectionStart',
    z.strictObject({
      '@odata.type': z.literal('microsoft.graph.attributeCollectionStart.continueWithDefaultBehavior'),
    }),
    blockPageOf('attributeCollectionStart'),
  ),
]);

export const submitReplyGuard = z.union([
  untrustedGuard,
  replyOf(
    'AttributeCollectionSubmit',
    z.strictObject({
      '@odata.type': z.literal('microsoft.graph.attributeCollectionSubmit.modifyAttributeValues'),
      attributes: z.record(z.string(), z.literal('')),
    }),
    z.strictObject({
      '@odata.type': z.literal('microsoft.graph.attributeCollectionSubmit.showValidationError'),
      message: z.string().min(1),
      attributeErrors: z.record(z.string(), z.string().min(1)),
    }),
    blockPageOf('attributeCollectionSubmit'),
  ),
]);

const says =
  (text: string) =>
  ({ body }: RawReply): boolean =>
    JSON.stringify(body).includes(text);

/** Returns true if the token claims a verified face. */
export const isClaimed = says('"faceVerified":"true"');
/** Returns true if the sign-up form is shown. */
export const isShown = says('.continueWithDefaultBehavior"');
/** Returns true if the submitted sign-up form is accepted. */
export const isTaken = says('.modifyAttributeValues"');

export async function setUpEntra(): Promise<AdapterHarness> {
  const bench = await openEntraBench({ throttledEvery: 3 });
  const { entra, adapter, core } = bench;
  const [one, other] = ['ada@example.com', 'grace@example.com'].map((mail) => entra.addUser({ mail }).id);
  if (one === undefined || other === undefined) throw new Error('no users');
  const bearer = await bench.createBearer();
  const forged = await createForgedBearers(bench);
  const receipts = new Map<string, string>();
  // A user who signs up has an address but no ID yet.
  const toEmail = (subject: string): string => `${subject}@example.com`;
  const shared = {
    sign: (body: Uint8Array) => withBearer(bearer, body),
    forgeries: (body: Uint8Array): RawRequest[] => [
      { method: 'POST', headers: {}, body },
      { method: 'POST', headers: { authorization: bearer }, body },
      { method: 'POST', headers: { authorization: `Basic ${bearer}` }, body },
      { method: 'POST', headers: { authorization: `Bearer ${bearer}, Bearer ${bearer}` }, body },
      { method: 'POST', headers: { authorization: `Bearer ${canary}` }, body },
      ...forged.map((token) => withBearer(token, body)),
    ],
    replyMaxBytes: 3 * 1024,
  };
  const tokenIssuanceStart: HookHarness = {
    ...shared,
    fixturePrefix: 'token-issuance-start-',
    tells: { application: 'c1b2c3d4-0000-1111-2222-333344445555', address: '30.51.176.110' },
    parse: parseTokenIssuanceStart,
    toEvent: (subject, eventId) => toTokenIssuanceEvent(entra.tenant.id, subject, eventId),
    replyGuard: tokenIssuanceReplyGuard,
    isGranted: isClaimed,
    isLetThrough: ({ status }) => status === 200,
  };
  const attributeCollectionStart: HookHarness = {
    ...shared,
    fixturePrefix: 'attribute-collection-start-',
    tells: { application: 'c1b2c3d4-0000-1111-2222-333344445555', address: '30.51.176.110' },
    parse: parseAttributeCollectionStart,
    toEvent: (subject, eventId) => toStartEvent(entra.tenant.id, toEmail(subject), eventId),
    replyGuard: startReplyGuard,
    isGranted: isShown,
    isLetThrough: isShown,
  };
  const attributeCollectionSubmit: HookHarness = {
    ...shared,
    fixturePrefix: 'attribute-collection-submit-',
    parse: parseAttributeCollectionSubmit,
    toEvent: (subject, correlationId) =>
      toSubmitEvent(bench, { email: toEmail(subject), receipt: receipts.get(subject) ?? 'none', correlationId }),
    replyGuard: submitReplyGuard,
    isGranted: isTaken,
    isLetThrough: isTaken,
  };
  const decided = ['hook_decided', 'receipt_redeemed'];
  return {
    adapter,
    subjects: { one, other, unknown: randomUUID() },
    addUser: async (mail) => entra.addUser({ mail }).id,
    callUser(subject, givenName, surname) {
      const displayName = `${givenName} ${surname}`;
      Object.assign(entra.tenant.users.get(subject)!, { givenName, surname, displayName });
    },
    readAttribute(subject) {
      const value = entra.tenant.users.get(subject)?.extensions[bench.attribute] ?? null;
      return z.string().nullable().parse(value);
    },
    connectWithPolicy: (policy) => bench.connect({ policy }),
    connectThrough: (wrap) => bench.connect({ fetch: wrap(entra.fetch) }),
    async passStepUp(subject, signIn) {
      await bench.passStepUp(subject, 'step-up-1', signIn);
      await bench.passStepUp(subjectOfIdentifier(toEmail(subject)), 'step-up-1', signIn);
      receipts.set(subject, await bench.issueReceipt(toEmail(subject)));
    },
    hooks: {
      'token-issuance-start': tokenIssuanceStart,
      'attribute-collection-start': attributeCollectionStart,
      'attribute-collection-submit': attributeCollectionSubmit,
    },
    ...bench.ends,
    decisions: () => core.audit.events.filter(({ action }) => decided.includes(action)).length,
  };
}
