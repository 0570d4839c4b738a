import { isIP } from 'node:net';
import { z } from 'zod';
import { httpAddressOf } from '../core/base/http-address.js';
import type { Limits } from '../core/deps.js';
import { builtInJudge } from '../core/liveness-policy.js';
import { asksPasskey } from '../core/rules/rule.js';
import type { ConnectionGuards } from './connection.js';
import { consoleGuard } from './console.js';
import { headerCredentialGuard } from './credential.js';
import { deliveryGuard, webPushGuard } from './delivery.js';
import { keysGuard, signsRs256 } from './keys.js';
import { findRecoveryProblems } from './recovery.js';
import { auditGuard, ledgerGuard, retentionGuard } from './retention.js';
import { originGuard, safeUrlGuard } from './safe-url.js';
import { securityEventReceiverGuard } from './security-events.js';
import { stateGuard } from './state.js';
import { webhookGuard } from './webhooks.js';

const text = z.string().min(1).max(1024).nullable().default(null);
const file = z.string().min(1).max(4096).nullable().default(null);
const texts = z.record(z.string().max(100), z.string().max(2000)).optional();

/** Setting `brand` (docs/brand.md). Its colors, texts and pictures are validated like those from the console. */
export const brandConfigGuard = z.strictObject({
  organisation: text.describe('Name of the organization.'),
  helpUrl: text.describe('Address of the help link.'),
  accent: text.describe('Accent color, as `#rrggbb`.'),
  accentDark: text.describe('Accent color in dark mode.'),
  ground: text.describe('Background color, as `#rrggbb`.'),
  groundDark: text.describe('Background color in dark mode.'),
  logo: file.describe('Path of the logo: a PNG, WebP or SVG file.'),
  logoDark: file.describe('Path of the logo in dark mode.'),
  icon: file.describe('Path of the icon.'),
  texts: z
    .strictObject({ en: texts, de: texts, es: texts, fr: texts, ar: texts })
    .prefault({})
    .describe('Texts that replace those of the pages, by language and key. See docs/brand.md.'),
});

export type BrandConfig = z.output<typeof brandConfigGuard>;

/**
 * A calling code of ITU E.164 such as 49, or a longer prefix of a number. Part of a calling code, such as 4, is
 * refused.
 */
const callingCode =
  /^(?:[17]\d{0,6}|(?:20|27|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])\d{0,5}|(?:2[1-689]|3[578]|42|50|59|6[7-9]|8[0578]|9[679])\d{1,5})$/;

export const contactCodesGuard = z.strictObject({
  countries: z
    .array(z.string().regex(callingCode, 'expected a country calling code without +, such as 49, or more digits of it'))
    .max(250)
    .default([])
    .describe(
      'Country calling codes without `+`, such as `49`, or more leading digits, that receive codes of `POST /v2/new-credentials`. `1` is all of North America and the Caribbean. `[]` sends no codes, not even by e-mail. A change needs a restart.',
    ),
});

export type ContactCodesConfig = z.output<typeof contactCodesGuard>;

const telemetryGuard = z.strictObject({
  metrics: z
    .strictObject({
      host: z.string().min(1).max(253).default('127.0.0.1').describe('Address to listen on.'),
      port: z.int().min(0).max(65_535).describe('Port to listen on.'),
    })
    .nullable()
    .default(null)
    .describe('Prometheus metrics at `/metrics` of a separate address. `null`: off.'),
  traces: z
    .strictObject({
      url: safeUrlGuard.describe('Address of the OTLP receiver.'),
      authorization: headerCredentialGuard.nullable().default(null).describe('Secret. Sent as `Authorization`.'),
      sampleRatio: z.number().min(0).max(1).default(0.1).describe('Share of requests that are traced.'),
    })
    .nullable()
    .default(null)
    .describe('OpenTelemetry traces by OTLP over HTTP. `null`: off.'),
});

export type TelemetryConfig = z.output<typeof telemetryGuard>;

const perMinute = (standard: number) => z.int().min(1).max(1_000_000).default(standard);

export const limitsGuard = z.strictObject({
  /** The default is high, because a whole company may share an address. */
  outsiderStarts: perMinute(300).describe('Sign-ins per minute that anonymous callers start from one address.'),
  outsiderStartsOfConnection: perMinute(3000).describe('The same for one connection, from all addresses.'),
  outsiderLookUps: perMinute(150).describe(
    'Look-ups of usernames at the provider per minute for anonymous callers from one address.',
  ),
  /** The default leaves the rest of the provider's rate limit to reads of enrolment tokens and to hooks. */
  outsiderLookUpsOfConnection: perMinute(300).describe('The same for one connection, from all addresses.'),
  outsiderChecks: perMinute(300).describe('Face checks per minute of anonymous callers from one address.'),
  outsiderChecksOfConnection: perMinute(3000).describe('The same for one connection, from all addresses.'),
  clientPictures: perMinute(6000).describe('Requests with pictures per minute of one client token.'),
  clientLookUps: perMinute(3000).describe(
    'Requests per minute of one client token to endpoints that call the identity provider.',
  ),
  administratorLookUps: perMinute(300).describe(
    'The same for one administrator, in all sessions, and each call for names and searches.',
  ),
  /**
   * Limit per client token and hour. If a million users each leave after three years, about forty revocations per hour
   * are needed.
   */
  revocations: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(1000)
    .describe('Tokens that one client token revokes per hour with `/revoke`.'),
  vendorChecks: z
    .int()
    .min(1)
    .max(10_000_000)
    .default(250)
    .describe(
      'Liveness checks of a vendor per hour, which cost money. Anonymous callers cause at most half of them, in turns.',
    ),
  /** Limit per tenant and hour. The default is enough to identify five hundred people twice, with retries. */
  identifications: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(1200)
    .describe('Searches of rosters (`/identify`) per hour by the clients of one tenant.'),
}) satisfies z.ZodType<Limits>;

export const issuerOf = ({
  publicUrl,
  host,
  port,
}: Pick<Config<ConnectionGuards>, 'publicUrl' | 'host' | 'port'>): string => publicUrl ?? httpAddressOf(host, port);

const hostGuard = z.string().regex(/^[A-Za-z0-9.:-]{1,253}$/, 'expected a host name or an IP address');
const folderGuard = z.string().min(1).max(4096);

const verifierGuard = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('embedded').describe('The engine of this server.'),
    workers: z
      .int()
      .min(1)
      .max(64)
      .nullable()
      .default(null)
      .describe(
        'Threads that run the models. `null` is one per processor core. Anonymous callers can use all but one.',
      ),
    queueLimit: z
      .int()
      .min(1)
      .max(1024)
      .default(64)
      .describe(
        'Pictures that may wait for a thread, counted separately for authenticated and anonymous callers. Further requests receive 503.',
      ),
  }),
  z.strictObject({
    kind: z.literal('facenition').describe('A Facenition server, hosted or your own.'),
    url: safeUrlGuard.describe('Base address of the Facenition server.'),
    token: headerCredentialGuard.describe(
      'Secret. Client token, sent as `X-Auth-Token`. On your own server it needs the scopes `enrol` and `verify`; `screen` for liveness, `match` for comparisons, `score` for scores.',
    ),
  }),
]);

const recognitionGuard = z.strictObject({
  engine: z
    .string()
    .regex(/^[a-z0-9-]{1,80}$/, 'expected the name of an engine, as facestep models list prints it')
    .nullable()
    .default(null)
    .describe(
      'Name of your own engine that makes new tokens, as its measurement prints it. `null` is the built-in one. A change needs a restart. See docs/own-model.md.',
    ),
  folder: folderGuard
    .nullable()
    .default(null)
    .describe(
      'Folder of your own models, which several servers can share. `null` is `recognition` in the data folder.',
    ),
  passiveLiveness: z
    .array(
      z.union([
        z.literal(builtInJudge),
        z.strictObject({
          folder: folderGuard.describe('Folder with the model and its `model.json`.'),
          manifest: z
            .string()
            .regex(/^[0-9a-f]{64}$/, 'expected a SHA-256, as facestep models use prints it')
            .describe('SHA-256 of `model.json`. The server does not start with another.'),
        }),
      ]),
    )
    .min(1)
    .max(4)
    .refine(
      (judges) => new Set(judges.map((judge) => JSON.stringify(judge))).size === judges.length,
      'expected each once',
    )
    .default([builtInJudge])
    .describe(
      'Models that judge passive liveness by the mean of their probabilities, as `facestep models fetch minifasnet-v2` and `facestep models use` print them. `"built-in"` is the built-in one. See docs/own-model.md.',
    ),
});

/**
 * Returns true if a URL's host is a domain name or `localhost`, as WebAuthn requires. Also true for an invalid URL,
 * which another check reports.
 */
const hasDomainName = (address: string): boolean =>
  !URL.canParse(address) || isIP(new URL(address).hostname.replace(/^\[|\]$/g, '')) === 0;

/** Settings for commands that only read stored files. */
const keptFields = {
  dataFolder: folderGuard
    .default('./data')
    .describe('Folder of state, keys, audit trail and outbox. It is created if missing.'),
  keys: keysGuard
    .prefault({ kind: 'local' })
    .describe('Location of the keys that seal tokens and sign statements. See docs/keys.md.'),
  audit: auditGuard.prefault({}).describe('Retention of the audit trail. See docs/audit.md.'),
};

export const keptConfigGuard = z.object(keptFields);

export type KeptConfig = z.output<typeof keptConfigGuard>;

const storeFields = {
  state: stateGuard
    .prefault({ kind: 'sqlite' })
    .describe('Store of step-ups, client tokens, consents, the deny list and counters. See docs/state.md.'),
  ledger: ledgerGuard.prefault({}).describe('Retention of the log of decisions. See docs/ledger.md.'),
};

export const storedConfigGuard = keptConfigGuard.extend(storeFields);

export type StoredConfig = z.output<typeof storedConfigGuard>;

const addressFields = {
  port: z.int().min(0).max(65_535).default(8080).describe('Port to listen on. 0 selects any free port.'),
  host: hostGuard
    .default('127.0.0.1')
    .describe(
      'Address to listen on. The server speaks HTTP: put a TLS proxy in front of it before you listen on other addresses than this machine’s.',
    ),
  publicUrl: originGuard
    .nullable()
    .default(null)
    .describe(
      'Address where providers and browsers reach this server, without a path. Receipts are signed in its name. `null` is `http://<host>:<port>`.',
    ),
};

export const addressConfigGuard = z.object(addressFields);

export type AddressConfig = z.output<typeof addressConfigGuard>;

const adminKeyFields = {
  adminKey: headerCredentialGuard
    .nullable()
    .default(null)
    .describe(
      'Secret. Key of the first owner, sent as `X-Admin-Key`. `null`: a key is made at the first start and printed once.',
    ),
};

/**
 * Setting of the administrator's API key, for commands that call the server. The API key may be unavailable to a
 * command.
 */
export const adminKeyConfigGuard = z.object(adminKeyFields);

const hasUniqueIds = (connections: readonly { readonly id: string }[]): boolean =>
  new Set(connections.map(({ id }) => id)).size === connections.length;

/** Creates the guard of the whole configuration. Unknown keys are refused at every level. */
export function createConfigGuard<const Guards extends ConnectionGuards>(connectionGuards: Guards) {
  const guard = z.strictObject({
    ...addressFields,
    proxyHops: z
      .int()
      .min(0)
      .max(5)
      .default(0)
      .describe(
        'Reverse proxies in front of this server that add the caller to `X-Forwarded-For`. Limits count by that address.',
      ),
    ...keptFields,
    configurationFolder: folderGuard
      .nullable()
      .default(null)
      .describe(
        'Folder of earlier versions of the configuration file. With it, owners can change policies and OpenID clients in the console, and this server writes its configuration file and follows changes of it within 5 seconds. `null`: the console only prepares changes. See docs/configuration.md.',
      ),
    modelsFolder: folderGuard.default('./models').describe('Folder of the model files.'),
    ...adminKeyFields,
    verifier: verifierGuard
      .prefault({ kind: 'embedded' })
      .describe('Service that checks faces: the engine of this server, or a Facenition server.'),
    recognition: recognitionGuard.prefault({}).describe('Models of your own.'),
    delivery: deliveryGuard.prefault({ kind: 'outbox' }).describe('Delivery of e-mails and SMS.'),
    ...storeFields,
    securityEvents: z
      .array(securityEventReceiverGuard)
      .max(20)
      .refine(hasUniqueIds, 'two receivers have the same id')
      .default([])
      .describe('Receivers of security events. See docs/security-events.md.'),
    webhooks: z
      .array(webhookGuard)
      .max(20)
      .default([])
      .describe('Receivers of events as signed HTTP requests. See docs/webhooks.md.'),
    telemetry: telemetryGuard.prefault({}).describe('Metrics and traces. See docs/operations.md.'),
    console: consoleGuard.prefault({}).describe('Web console for administrators. See docs/console.md.'),
    limits: limitsGuard.prefault({}).describe('Rate limits, counted on all servers together. See docs/limits.md.'),
    webPush: webPushGuard
      .nullable()
      .default(null)
      .describe('Notifications that are pushed to browsers. `null`: none. See docs/notices.md.'),
    contactCodes: contactCodesGuard
      .prefault({})
      .describe('One-time codes that backends send to contacts of their choice.'),
    retention: retentionGuard.prefault({}).describe('Retention of consents. See docs/data-subjects.md.'),
    brand: brandConfigGuard
      .nullable()
      .default(null)
      .describe('Look of the pages and e-mails. `null`: as set over the API. See docs/brand.md.'),
    stopDelaySec: z
      .int()
      .min(0)
      .max(120)
      .default(0)
      .describe(
        'Drain time in seconds: after the request to stop, `/readyz` fails and the server accepts requests for this time.',
      ),
    connections: z
      .array(z.discriminatedUnion('kind', connectionGuards))
      .max(100)
      .refine(hasUniqueIds, 'two connections have the same id')
      .superRefine((connections, context) => {
        for (const [at, connection] of connections.entries())
          for (const { path, message } of findRecoveryProblems(connection))
            context.addIssue({ code: 'custom', path: [at, ...path], message });
      })
      .default([])
      .describe('Connections to identity providers.'),
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
  const receiving = signed.refine(({ securityEvents, webhooks }) => hasUniqueIds([...securityEvents, ...webhooks]), {
    path: ['webhooks'],
    error: 'two receivers of "securityEvents" and "webhooks" have the same id',
  });
  const recognised = receiving.refine(
    ({ verifier, recognition }) => verifier.kind === 'embedded' || recognition.engine === null,
    {
      path: ['recognition', 'engine'],
      error: 'expected null, as a Facenition server compares the faces',
    },
  );
  const answered = recognised.refine(({ publicUrl, console }) => publicUrl !== null || console.signIn === null, {
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
      connections.every(
        ({ policy }) => policy.userSecret !== 'passkey' && !policy.rules.some(({ outcome }) => asksPasskey(outcome)),
      ),
    { path: ['publicUrl'], error: 'expected an address with a domain name: passkeys of a connection are bound to it' },
  );
}

/** Validated configuration without the sections of extensions. Its secrets are of type `Credential`. */
export type Config<Guards extends ConnectionGuards> = z.output<ReturnType<typeof createConfigGuard<Guards>>>;
