import { isIP } from 'node:net';
import { z } from 'zod';
import { auditGuard } from './audit.js';
import { brandConfigGuard } from './brand.js';
import { campaignsGuard } from './campaigns.js';
import type { ConnectionGuards } from './connection.js';
import { consoleGuard } from './console.js';
import { contactCodesGuard } from './contact-codes.js';
import { headerCredentialGuard } from './credential.js';
import { deliveryGuard } from './delivery.js';
import { keysGuard, signsRs256 } from './keys.js';
import { ledgerGuard } from './ledger.js';
import { limitsGuard } from './limits.js';
import { onboardingGuard } from './onboarding.js';
import { retentionGuard } from './retention.js';
import { originGuard, safeUrlGuard } from './safe-url.js';
import { securityEventReceiverGuard } from './security-events.js';
import { stateGuard } from './state.js';
import { telemetryGuard } from './telemetry.js';
import { webPushGuard } from './web-push.js';

const hostGuard = z.string().regex(/^[A-Za-z0-9.:-]{1,253}$/, 'expected a host name or an IP address');
const folderGuard = z.string().min(1).max(4096);

const verifierGuard = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('embedded'),
    /** Threads that run the models; `null` is one for each processor core. */
    workers: z.int().min(1).max(64).nullable().default(null),
    /** Pictures that may wait for a thread before a request is answered with 503. */
    queueLimit: z.int().min(1).max(1024).default(64),
  }),
  z.strictObject({
    kind: z.literal('facenition'),
    url: safeUrlGuard,
    token: headerCredentialGuard,
  }),
]);

/** The recognition models of the installation's own: docs/own-model.md. */
const recognitionGuard = z.strictObject({
  /** The name of the one that makes new tokens, as `facestep measure accuracy` prints it; `null` is the built-in one. */
  engine: z
    .string()
    .regex(/^[a-z0-9-]{1,80}$/, 'expected the name of an engine, as facestep models list prints it')
    .nullable()
    .default(null),
  /** Where they are; `null` is the folder `recognition` in the data folder. Several servers may share one. */
  folder: folderGuard.nullable().default(null),
});

/** A browser makes and uses credentials for a domain name alone, and `localhost` is one. What is no address is told as that. */
const hasDomainName = (address: string): boolean =>
  !URL.canParse(address) || isIP(new URL(address).hostname.replace(/^\[|\]$/g, '')) === 0;

/** Where what is kept lies, and whose keys seal it: all that commands need to know that read those files alone. */
const keptFields = {
  dataFolder: folderGuard.default('./data'),
  keys: keysGuard.prefault({ kind: 'local' }),
  audit: auditGuard.prefault({}),
};

/** These settings of a configuration, whatever the others say. */
export const keptConfigGuard = z.object(keptFields);

export type KeptConfig = z.output<typeof keptConfigGuard>;

const storeFields = {
  state: stateGuard.prefault({ kind: 'sqlite' }),
  ledger: ledgerGuard.prefault({}),
};

/** These and the state store, which may be a server of its own, with a secret of its own. */
export const storedConfigGuard = keptConfigGuard.extend(storeFields);

export type StoredConfig = z.output<typeof storedConfigGuard>;

const hasUniqueIds = (connections: readonly { readonly id: string }[]): boolean =>
  new Set(connections.map(({ id }) => id)).size === connections.length;

/**
 * The one guard of the whole configuration. Unknown keys are refused at every level.
 * @param connectionGuards - one for each provider that is built in, told apart by `kind`
 */
export function createConfigGuard<const Guards extends ConnectionGuards>(connectionGuards: Guards) {
  const guard = z.strictObject({
    /** 0 takes any free port. */
    port: z.int().min(0).max(65_535).default(8080),
    host: hostGuard.default('127.0.0.1'),
    /** Where providers and browsers reach this server; `null`: at `host` and `port`. Receipts are signed in its name. */
    publicUrl: originGuard.nullable().default(null),
    /** Reverse proxies before this server: the addresses that limits count by are what they name, and nobody else. */
    proxyHops: z.int().min(0).max(5).default(0),
    ...keptFields,
    modelsFolder: folderGuard.default('./models'),
    /** `null`: a key is made at the first start. */
    adminKey: headerCredentialGuard.nullable().default(null),
    verifier: verifierGuard.prefault({ kind: 'embedded' }),
    recognition: recognitionGuard.prefault({}),
    delivery: deliveryGuard.prefault({ kind: 'outbox' }),
    ...storeFields,
    securityEvents: z
      .array(securityEventReceiverGuard)
      .max(20)
      .refine(hasUniqueIds, 'two receivers have the same id')
      .default([]),
    telemetry: telemetryGuard.prefault({}),
    console: consoleGuard.prefault({}),
    limits: limitsGuard.prefault({}),
    /** `null`: no notices are pushed. */
    webPush: webPushGuard.nullable().default(null),
    campaigns: campaignsGuard.prefault({}),
    contactCodes: contactCodesGuard.prefault({}),
    onboarding: onboardingGuard.prefault({}),
    retention: retentionGuard.prefault({}),
    /** How the organisation looks to people; `null`: as administrators chose over the API, if they did. */
    brand: brandConfigGuard.nullable().default(null),
    /** Seconds between the request to stop, from when on `/readyz` and `/readyz/replica` refuse, and taking no more requests. */
    stopDelaySec: z.int().min(0).max(120).default(0),
    connections: z
      .array(z.discriminatedUnion('kind', connectionGuards))
      .max(100)
      .refine(hasUniqueIds, 'two connections have the same id')
      .default([]),
  });
  const named = guard.refine(
    ({ publicUrl, connections }) => publicUrl !== null || connections.every(({ oidc }) => oidc === null),
    {
      path: ['publicUrl'],
      error: 'expected an address, as a connection has "oidc": the name of an OpenID provider is its address',
    },
  );
  const keyed = named.refine(({ keys, connections }) => signsRs256(keys) || connections.every(({ oidc }) => !oidc), {
    path: ['keys', 'oidc'],
    error: 'expected keys, as a connection has "oidc": they sign its ID tokens',
  });
  const signed = keyed.refine(({ keys, securityEvents }) => signsRs256(keys) || securityEvents.length === 0, {
    path: ['keys', 'oidc'],
    error: 'expected keys, as there are "securityEvents": they are signed with RS256',
  });
  const recognised = signed.refine(
    ({ verifier, recognition }) => verifier.kind === 'embedded' || recognition.engine === null,
    {
      path: ['recognition', 'engine'],
      error: 'expected null, as a Facenition server compares the faces',
    },
  );
  const tried = recognised.refine(
    ({ onboarding, connections }) =>
      onboarding.sandbox === null || connections.some(({ id }) => id === onboarding.sandbox),
    { path: ['onboarding', 'sandbox'], error: 'expected the id of a connection' },
  );
  const answered = tried.refine(({ publicUrl, console }) => publicUrl !== null || console.signIn === null, {
    path: ['publicUrl'],
    error: 'expected an address, as "console" has "signIn": the provider sends the browser back there',
  });
  const returned = answered.refine(
    ({ publicUrl, connections }) => publicUrl !== null || connections.every(({ me }) => !me?.signIn),
    {
      path: ['publicUrl'],
      error: 'expected an address, as "me" of a connection has "signIn": the provider sends the browser back there',
    },
  );
  const checked = returned.refine(
    ({ console, connections }) =>
      console.stepUp === null || connections.some(({ id }) => id === console.stepUp?.connection),
    { path: ['console', 'stepUp', 'connection'], error: 'expected the id of a connection' },
  );
  return checked.refine(
    ({ publicUrl, connections }) =>
      (publicUrl !== null && hasDomainName(publicUrl)) ||
      connections.every(({ policy }) => policy.userSecret !== 'passkey'),
    { path: ['publicUrl'], error: 'expected an address with a domain name: passkeys of a connection are bound to it' },
  );
}

/** The whole configuration, parsed; secrets are `Credential`s. */
export type Config<Guards extends ConnectionGuards> = z.output<ReturnType<typeof createConfigGuard<Guards>>>;

/** How faces are checked: by the engine inside, or by a Facenition server. */
export type VerifierConfig = z.output<typeof verifierGuard>;
