import { generateKeyPairSync } from 'node:crypto';
import { json } from 'node:stream/consumers';
import { exportJWK } from 'jose';
import { z } from 'zod';
import { createOktaConnectionGuard } from '../../adapters/okta/config.js';
import { createOktaAdapter } from '../../adapters/okta/index.js';
import { createOktaProvisioning } from '../../adapters/okta/provision.js';
import {
  parseEvents,
  parsePasswordImportHook,
  parseRegistrationHook,
  parseSamlHook,
  parseTokenHook,
} from '../../adapters/okta/schema.js';
import { startOktaSimulator } from '../../simulators/okta/index.js';
import type { OrgClient } from '../../simulators/okta/org.js';
import type { SimulatorOptions } from '../../simulators/serve.js';
import { policyGuard } from '../../src/config/connection.js';
import { subjectOfIdentifier } from '../../src/core/connection.js';
import {
  rightPassword,
  toLifecycleEvent,
  toPasswordEvent,
  toProgressiveEvent,
  toSamlEvent,
  toTokenEvent,
} from '../../support/data/okta-events.js';
import { testIssuer } from '../../support/fakes/keys.js';
import { withoutTimeLimit } from '../../support/fakes/patient-fetch.js';
import { systemRandom } from '../../support/fakes/sinks.js';
import { serveAdapter } from '../../support/servers/serve-adapter.js';
import { type AdapterHarness, canary, type HookHarness, type RawRequest } from './adapter.js';
import { type ConnectionChanges, createBenchCore, createEnds, createPassStepUp, openServer } from './bench.js';
import {
  eventReplyGuard,
  isAllowed,
  isClaimed,
  isCommanded,
  isKept,
  isStated,
  passwordReplyGuard,
  registrationReplyGuard,
  samlReplyGuard,
  tokenReplyGuard,
} from './okta-replies.js';

export const hookSecret = `Bearer ${canary}-hook-secret`;

export type OktaBench = Awaited<ReturnType<typeof openOktaBench>>;

/**
 * Starts an org with the test's clock and the token's attribute. Its hook timeout is long, because the machine may be
 * busy.
 */
export async function openOktaBench(onServer?: SimulatorOptions['onServer']) {
  const core = await createBenchCore();
  const { clock, log } = core;
  const okta = await startOktaSimulator({ now: () => clock.now(), hookTimeoutMs: 30_000, onServer });
  const usual = policyGuard.parse({ mode: 'enforce', freshnessSec: 300, liveness: 'off' });
  const formerDirectory = await startFormerDirectory();
  const passwordVerifier = { url: formerDirectory.url, secret: `${canary}-verifier-secret` };
  const toDeps = ({
    claims = {},
    okta: changes = {},
    oidc = null,
    policy = {},
    recovery = {},
    core: otherCore = {},
    fetch: send = withoutTimeLimit(fetch),
  }: ConnectionChanges) => ({
    settings: createOktaConnectionGuard([]).parse({
      id: 'workforce',
      kind: 'okta',
      claims,
      policy: { ...usual, ...policy },
      oidc,
      recovery,
      okta: {
        ...okta.toSettings(hookSecret),
        passwordImport: { verifier: passwordVerifier },
        ...changes,
      },
    }),
    core: { ...core, ...otherCore },
    fetch: send,
  });
  const connect = (settings: ConnectionChanges = {}) => serveAdapter(createOktaAdapter, toDeps(settings));
  const provision = ({ publicUrl = testIssuer, ...settings }: ConnectionChanges & { publicUrl?: string } = {}) => {
    const deps = toDeps(settings);
    return createOktaProvisioning({ ...deps, publicUrl, clock, random: systemRandom, log });
  };
  await provision().steps[0]!.apply();
  okta.org.groups.set('00g00000000000financ', { name: 'Finance', members: new Set() });
  const adapter = connect();
  const ends = createEnds(core, () => okta.close());
  return {
    okta,
    adapter,
    core,
    clock,
    policy: usual,
    connect,
    provision,
    passwordVerifier,
    passwordsAsked: formerDirectory.asked,
    passStepUp: createPassStepUp('workforce', usual, core),
    /** Registers a service application with a key pair. @returns its credential for the configuration */
    async addServiceApp(scopes: readonly string[], more: Partial<OrgClient> = {}) {
      const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const publicJwks = [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256' }];
      const { id } = okta.addClient({ publicJwks, scopes, ...more });
      const pem = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
      return { kind: 'private_key', clientId: id, privateKey: pem, keyId: 'k1' };
    },
    ends,
    ...ends,
  };
}

/** Starts the directory from which passwords are imported. It accepts one password for all users. */
async function startFormerDirectory() {
  const asked: { username: string; password: string }[] = [];
  const { url } = await openServer(async (request, response) => {
    if (request.headers.authorization !== `Bearer ${canary}-verifier-secret`) return response.writeHead(401).end();
    const question = questionGuard.parse(await json(request));
    asked.push(question);
    return response.end(JSON.stringify({ verified: question.password === rightPassword }));
  });
  return { asked, url: `${url}/verify` };
}

const questionGuard = z.strictObject({ username: z.string(), password: z.string() });

export const signed = (body: Uint8Array): RawRequest => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', authorization: hookSecret },
  body,
});

const unsigned = (body: Uint8Array): readonly RawRequest[] =>
  [
    {},
    { authorization: '' },
    { authorization: `${hookSecret} ` },
    { authorization: hookSecret.toLowerCase() },
    { authorization: hookSecret.slice(0, -1) },
    { authorization: `${hookSecret}, ${hookSecret}` },
    { 'x-authorization': hookSecret },
  ].map((headers) => ({ method: 'POST', headers, body }));

export async function setUpOkta(): Promise<AdapterHarness> {
  const bench = await openOktaBench();
  const { okta, adapter, clock } = bench;
  const [one, other] = await Promise.all(
    ['ada@example.com', 'grace@example.com'].map((login) => okta.createUser({ login, password: 'correct horse' })),
  );
  if (one === undefined || other === undefined) throw new Error('no users');
  const shared = { sign: signed, forgeries: unsigned, replyMaxBytes: 256 * 1024 };
  const token: HookHarness = {
    ...shared,
    fixturePrefix: 'token-',
    tells: { application: '0oafacestepapp000001', address: '127.0.0.1' },
    parse: parseTokenHook,
    toEvent: (subject, eventId) => toTokenEvent(clock, subject, eventId),
    replyGuard: tokenReplyGuard,
    isGranted: isClaimed,
    isLetThrough: isCommanded,
  };
  const registration: HookHarness = {
    ...shared,
    fixturePrefix: 'registration-',
    tells: { application: null, address: '127.0.0.1' },
    parse: parseRegistrationHook,
    toEvent: (subject, eventId) => toProgressiveEvent(clock, subject, eventId),
    replyGuard: registrationReplyGuard,
    isGranted: isAllowed,
    isLetThrough: isAllowed,
  };
  const saml: HookHarness = {
    ...shared,
    fixturePrefix: 'saml-',
    tells: { application: '0oath92zlO60urQOP0g3', address: '127.0.0.1' },
    parse: parseSamlHook,
    toEvent: (subject, eventId) => toSamlEvent(clock, subject, eventId),
    replyGuard: samlReplyGuard,
    isGranted: isStated,
    isLetThrough: isCommanded,
  };
  const passwordImport: HookHarness = {
    ...shared,
    fixturePrefix: 'password-import-',
    parse: parsePasswordImportHook,
    toEvent: (subject, eventId) => toPasswordEvent(clock, subject, eventId),
    replyGuard: passwordReplyGuard,
    isGranted: isKept,
    // Okta then continues as if there were no hook, so the password is not accepted.
    isLetThrough: isCommanded,
  };
  const events: HookHarness = {
    ...shared,
    fixturePrefix: 'events-',
    parse: parseEvents,
    toEvent: toLifecycleEvent,
    replyGuard: eventReplyGuard,
    isGranted: () => false,
    isLetThrough: ({ status }) => status === 204,
  };
  return {
    adapter,
    subjects: { one, other, unknown: '00uunknown0000000001' },
    addUser: (login) => okta.createUser({ login, password: 'correct horse' }),
    callUser(subject, firstName, lastName) {
      Object.assign(okta.org.users.get(subject)!.profile, { firstName, lastName });
    },
    readAttribute(subject) {
      const value = okta.org.users.get(subject)?.profile.facestepToken ?? null;
      return z.string().nullable().parse(value);
    },
    connectWithPolicy: (policy) => bench.connect({ policy }),
    connectThrough: (wrap) => bench.connect({ fetch: wrap(fetch) }),
    async passStepUp(subject, signIn) {
      await bench.passStepUp(subject, 'step-up-1', signIn);
      // A user whose password is imported has no ID yet, only a name.
      await bench.passStepUp(subjectOfIdentifier(subject), 'step-up-1', signIn);
    },
    hooks: { token, registration, saml, 'password-import': passwordImport, events },
    ...bench.ends,
  };
}
