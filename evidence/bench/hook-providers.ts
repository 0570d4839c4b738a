import { createHmac, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FaceReceiptClaims } from '../../client/receipt-claims.js';
import { startEntraSimulator } from '../../simulators/entra/index.js';
import { eventsServiceAppId, signToken } from '../../simulators/entra/tenant.js';
import type { Serializable } from '../../src/core/base/json.js';
import { subjectOfIdentifier } from '../../src/core/connection.js';
import { audienceOf } from '../../src/core/receipt.js';
import { toStartEvent, toSubmitEvent, toTokenIssuanceEvent } from '../../support/data/entra-events.js';
import {
  toLifecycleEvent,
  toPasswordEvent,
  toProgressiveEvent,
  toSamlEvent,
  toSignUpEvent,
  toTokenEvent,
} from '../../support/data/okta-events.js';
import { systemClock } from '../../support/fakes/keys.js';

export const benchPublicUrl = 'https://face.example.com';

export const freshnessSec = 86_400;

export const benchPolicy = { mode: 'enforce', freshnessSec };
const eventOf = (n: number): string => `event-${n}`;

/** Returns true for about every second person, in an irregular order. */
export const isPassed = (n: number): boolean => ((Math.imul(n, 2_654_435_761) >>> 16) & 1) === 1;

export type SignReceipt = (claims: Serializable) => Promise<string>;

interface ProviderHook {
  readonly hook: string;
  /** Last part of the URL; by default, the name of the hook. */
  readonly path?: string;
  readonly grantedText: string;
  /** False if the hook grants nothing. */
  readonly isGrantable?: boolean;
  /** Creates the event about person `n`. The provider sends an event again under the same `id`. */
  readonly event: (n: number, id?: string, receipt?: string) => object;
  /** Person whose receipt the event carries. */
  readonly toReceiptSubject?: (n: number) => string;
  /** Creates the receipts just before they are sent, because they expire. */
  readonly prepare?: (count: number, sign: SignReceipt) => Promise<void>;
}

export interface HookProvider {
  readonly connection: { readonly id: string; readonly kind: string; readonly [setting: string]: unknown };
  readonly env: Readonly<Record<string, string>>;
  readonly subjects: (n: number) => readonly string[];
  readonly hooks: readonly ProviderHook[];
  readonly sign: (body: string) => Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
}

export function toCall({ sign }: HookProvider, event: object) {
  const body = JSON.stringify(event);
  return { headers: sign(body), body };
}

function createReceipts(connection: string, toSubject: (n: number) => string) {
  const receipts: string[] = [];
  return {
    of: (n: number): string => receipts[n] ?? '',
    async prepare(count: number, sign: SignReceipt): Promise<void> {
      const iat = Math.floor(Date.now() / 1000);
      const shared: Omit<FaceReceiptClaims, 'sub' | 'jti' | 'txn'> = {
        iss: benchPublicUrl,
        aud: audienceOf(benchPublicUrl, { id: connection }),
        iat,
        exp: iat + 120,
        connection: 'api:default',
        acr: 'face',
        amr: ['face'],
        accuracy: 4,
        auth_time: iat,
        liveness: 0.9,
      };
      for (let n = 0; n < count; n++) {
        const claims = { ...shared, sub: toSubject(n), jti: `${connection}-${n}`, txn: `step-up-${n}` };
        receipts[n] = isPassed(n) ? await sign(claims) : 'none';
      }
    },
  };
}

/** No call of the benchmark reaches Okta. */
const unused = { orgUrl: 'https://bench.okta.com', token: 'unused' };

export function openOkta(policy: object, { orgUrl, token } = unused): HookProvider {
  const secret = 'Bearer the-hook-secret-of-the-benchmark';
  const toId = (hook: string, n: number) => `00u${hook}${String(n).padStart(8, '0')}`;
  const toLogin = (n: number) => `okta-${n}@example.com`;
  const receipts = createReceipts('okta', toLogin);
  return {
    connection: {
      id: 'okta',
      kind: 'okta',
      policy,
      okta: {
        orgUrl,
        auth: { kind: 'api_token', token },
        hooks: { secret: { value: secret } },
      },
    },
    env: {},
    subjects: (n) => ['token', 'profile', 'saml'].map((hook) => toId(hook, n)),
    hooks: [
      {
        hook: 'token',
        grantedText: '"verified"',
        event(n, id = eventOf(n)) {
          const event = toTokenEvent(systemClock, toId('token', n), id);
          // Names no application and no address, so that a check from elsewhere counts.
          return { ...event, data: { ...event.data, context: { user: { id: toId('token', n) } } } };
        },
      },
      {
        hook: 'registration (profile completion)',
        path: 'registration',
        grantedText: '"ALLOW"',
        event: (n, id = eventOf(n)) => toProgressiveEvent(systemClock, toId('profile', n), id),
      },
      {
        hook: 'registration (receipt)',
        path: 'registration',
        grantedText: '"ALLOW"',
        event: (n, id = eventOf(n), receipt = receipts.of(n)) => toSignUpEvent(systemClock, toLogin(n), receipt, id),
        prepare: receipts.prepare,
        toReceiptSubject: toLogin,
      },
      {
        hook: 'saml',
        grantedText: 'verified',
        event: (n, id = eventOf(n)) => toSamlEvent(systemClock, toId('saml', n), id),
      },
      {
        // The benchmark has no password verifier, so no call is granted.
        hook: 'password-import',
        grantedText: '"VERIFIED"',
        isGrantable: false,
        event: (n, id = eventOf(n)) => toPasswordEvent(systemClock, toLogin(n), id),
      },
      {
        hook: 'events',
        grantedText: 'granted',
        isGrantable: false,
        event: (n, id = eventOf(n)) => toLifecycleEvent(toId('events', n), id, 'user.session.start'),
      },
    ],
    sign: () => ({ authorization: secret }),
    close: async () => {},
  };
}

export async function openEntra(policy: object): Promise<HookProvider> {
  const entra = await startEntraSimulator();
  const folder = await mkdtemp(join(tmpdir(), 'facestep-entra-'));
  await writeFile(join(folder, 'entra.pem'), entra.cert);
  const { id: tenantId, issuer } = entra.tenant;
  const clientId = randomUUID();
  const claims = { iss: issuer, aud: clientId, azp: eventsServiceAppId, tid: tenantId, ver: '2.0' };
  const authorization = `Bearer ${await signToken(entra.tenant, claims, Date.now())}`;
  const toUserId = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
  const toEmail = (n: number) => `entra-${n}@example.com`;
  const toSubmitted = (n: number) => `entra-submit-${n}@example.com`;
  const receiptAttribute = `extension_${clientId.replaceAll('-', '')}_receipt`;
  const receipts = createReceipts('entra', toSubmitted);
  return {
    connection: {
      id: 'entra',
      kind: 'entra',
      policy,
      entra: {
        tenantId,
        clientId,
        auth: { kind: 'secret', secret: 'unused' },
        endpoints: { login: entra.url, graph: entra.url },
        hooks: { signUp: { receiptAttribute } },
      },
    },
    env: { NODE_EXTRA_CA_CERTS: join(folder, 'entra.pem') },
    subjects: (n) => [toUserId(n), subjectOfIdentifier(toEmail(n))],
    hooks: [
      {
        hook: 'token-issuance-start',
        grantedText: '"faceVerified":"true"',
        event: (n, id = eventOf(n)) => toTokenIssuanceEvent(tenantId, toUserId(n), id),
      },
      {
        hook: 'attribute-collection-start',
        grantedText: '.continueWithDefaultBehavior"',
        event: (n, id = eventOf(n)) => toStartEvent(tenantId, toEmail(n), id),
      },
      {
        hook: 'attribute-collection-submit',
        grantedText: '.modifyAttributeValues"',
        event: (n, id = eventOf(n), receipt = receipts.of(n)) =>
          toSubmitEvent({ entra, receiptAttribute }, { email: toSubmitted(n), receipt, correlationId: id }),
        prepare: receipts.prepare,
        toReceiptSubject: toSubmitted,
      },
    ],
    sign: () => ({ authorization }),
    async close() {
      await entra.close();
      await rm(folder, { recursive: true });
    },
  };
}

export function openOneLogin(policy: object): HookProvider {
  const key = 'the-hook-secret-of-the-benchmark-for-onelogin';
  const toUserId = (n: number) => 36_000_000 + n;
  const toIdentifier = (n: number) => `user-${n}@example.com`;
  return {
    connection: {
      id: 'onelogin',
      kind: 'onelogin',
      policy,
      onelogin: {
        accountUrl: 'https://bench.onelogin.com',
        clientId: 'unused',
        clientSecret: 'unused',
        hooks: { secret: key },
        facePolicyId: 1,
      },
    },
    env: {},
    subjects: (n) => [String(toUserId(n)), subjectOfIdentifier(toIdentifier(n))],
    hooks: [
      {
        hook: 'pre-authentication',
        grantedText: '"allow"',
        event: (n, id = eventOf(n)) => ({ user_id: toUserId(n), app_id: 1, ip: `192.0.2.${n % 250}`, request_id: id }),
      },
      {
        hook: 'user-migration',
        grantedText: '"allow"',
        event: (n, id = eventOf(n)) => ({ user_identifier: toIdentifier(n), request_id: id }),
      },
    ],
    sign(body) {
      const time = Math.floor(Date.now() / 1000);
      const mac = createHmac('sha256', key).update(`${time}.${body}`).digest('hex');
      return { 'x-facestep-signature': `t=${time},v1=${mac}` };
    },
    close: async () => {},
  };
}

export const openProviders = async (): Promise<readonly HookProvider[]> => [
  await openEntra(benchPolicy),
  openOkta(benchPolicy),
  openOneLogin(benchPolicy),
];
