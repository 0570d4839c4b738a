import { createHmac, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { subjectOfIdentifier } from '../src/core/step-up.js';
import { epochMs, toIso } from '../src/core/units.js';
import { startEntraSimulator } from '../test/simulators/entra/index.js';
import { eventsServiceAppId, signToken } from '../test/simulators/entra/tenant.js';
import type { HookLoad } from './hook-load.js';

/** One provider of the hooks' benchmark: a connection, and the calls its hooks are sent. */
export interface BenchProvider {
  /** One entry of `connections` in the configuration. */
  readonly connection: object;
  /** Added to the server's environment. */
  readonly env: Readonly<Record<string, string>>;
  /** The users whose step-ups are to have passed, `count` of each hook. */
  subjects(count: number): readonly { readonly connection: string; readonly subject: string }[];
  loads(serverUrl: string): readonly (HookLoad & {
    /** In every answer that grants, and in no other. */
    readonly grantedText: string;
  })[];
  close(): Promise<void>;
}

const none = async (): Promise<void> => {};

const nowIso = (): string => toIso(epochMs(Date.now()));

const secret = 'Bearer the-hook-secret-of-the-benchmark';

function openOkta(policy: object): BenchProvider {
  const headers = { authorization: secret };
  const toId = (hook: string, n: number) => `00u${hook}${String(n).padStart(8, '0')}`;
  const toEvent = (eventType: string, n: number) => ({ eventId: `event-${n}`, eventTime: nowIso(), eventType });
  return {
    connection: {
      id: 'okta',
      kind: 'okta',
      policy,
      okta: {
        orgUrl: 'https://bench.okta.com',
        auth: { kind: 'api_token', token: 'unused' },
        hooks: { secret: { value: secret } },
      },
    },
    env: {},
    subjects: (count) =>
      ['token', 'registration'].flatMap((hook) =>
        Array.from({ length: count }, (_, n) => ({ connection: 'okta', subject: toId(hook, n) })),
      ),
    loads: (url) => [
      {
        provider: 'okta',
        hook: 'token',
        url: `${url}/hooks/okta/token`,
        grantedText: '"verified"',
        toCall(n) {
          const user = toId('token', n);
          const data = {
            context: { user: { id: user, profile: { login: 'user@example.com', firstName: 'A', lastName: 'B' } } },
            identity: {
              claims: { sub: user, name: 'A B', email: 'user@example.com' },
              token: { lifetime: { expiration: 3600 } },
            },
            access: {
              claims: { uid: user, sub: 'user@example.com', cid: 'client' },
              scopes: { openid: { id: 'scope' } },
            },
          };
          return { headers, body: JSON.stringify({ ...toEvent('com.okta.oauth2.tokens.transform', n), data }) };
        },
      },
      {
        provider: 'okta',
        hook: 'registration',
        url: `${url}/hooks/okta/registration`,
        grantedText: '"ALLOW"',
        toCall(n) {
          const data = {
            context: { user: { id: toId('registration', n) } },
            userProfileUpdate: { employeeNumber: '1' },
          };
          const event = toEvent('com.okta.user.pre-registration', n);
          return { headers, body: JSON.stringify({ ...event, requestType: 'progressive.profile', data }) };
        },
      },
    ],
    close: none,
  };
}

function openOneLogin(policy: object): BenchProvider {
  const key = 'the-hook-secret-of-the-benchmark-for-onelogin';
  const toCall = (event: object) => {
    const body = JSON.stringify(event);
    const time = Math.floor(Date.now() / 1000);
    const mac = createHmac('sha256', key).update(`${time}.${body}`).digest('hex');
    return { headers: { 'x-facestep-signature': `t=${time},v1=${mac}` }, body };
  };
  const toUserId = (n: number) => 36_000_000 + n;
  const toIdentifier = (n: number) => `user-${n}@example.com`;
  const shared = { provider: 'onelogin', grantedText: '"allow"' };
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
    subjects: (count) =>
      Array.from({ length: count }, (_, n) => [String(toUserId(n)), subjectOfIdentifier(toIdentifier(n))])
        .flat()
        .map((subject) => ({ connection: 'onelogin', subject })),
    loads: (url) => [
      {
        ...shared,
        hook: 'pre-authentication',
        url: `${url}/hooks/onelogin/pre-authentication`,
        toCall: (n) => toCall({ user_id: toUserId(n), app_id: 1, ip: '192.0.2.1', request_id: `request-${n}` }),
      },
      {
        ...shared,
        hook: 'user-migration',
        url: `${url}/hooks/onelogin/user-migration`,
        toCall: (n) => toCall({ user_identifier: toIdentifier(n), request_id: `request-${n}` }),
      },
    ],
    close: none,
  };
}

async function openEntra(policy: object): Promise<BenchProvider> {
  const entra = await startEntraSimulator();
  const folder = await mkdtemp(join(tmpdir(), 'facestep-entra-'));
  await writeFile(join(folder, 'entra.pem'), entra.cert);
  const { id: tenantId, issuer } = entra.tenant;
  const clientId = randomUUID();
  const claims = { iss: issuer, aud: clientId, azp: eventsServiceAppId, tid: tenantId, ver: '2.0' };
  const authorization = `Bearer ${await signToken(entra.tenant, claims, Date.now())}`;
  const headers = { authorization };
  const toUserId = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
  const toEmail = (n: number) => `entra-${n}@example.com`;
  const toEvent = (event: string, n: number, { user, ...data }: { user?: object; userSignUpInfo?: object }) => ({
    headers,
    body: JSON.stringify({
      type: `microsoft.graph.authenticationEvent.${event}`,
      data: {
        tenantId,
        authenticationContext: { correlationId: `event-${n}`, client: { ip: '192.0.2.1', locale: 'en-us' }, user },
        ...data,
      },
    }),
  });
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
        hooks: { signUp: {} },
      },
    },
    env: { NODE_EXTRA_CA_CERTS: join(folder, 'entra.pem') },
    subjects: (count) =>
      Array.from({ length: count }, (_, n) => [toUserId(n), subjectOfIdentifier(toEmail(n))])
        .flat()
        .map((subject) => ({ connection: 'entra', subject })),
    loads: (url) => [
      {
        provider: 'entra',
        hook: 'token-issuance-start',
        url: `${url}/hooks/entra/token-issuance-start`,
        grantedText: '"faceVerified":"true"',
        toCall: (n) => toEvent('tokenIssuanceStart', n, { user: { id: toUserId(n), userType: 'Member' } }),
      },
      {
        provider: 'entra',
        hook: 'attribute-collection-start',
        url: `${url}/hooks/entra/attribute-collection-start`,
        grantedText: '.continueWithDefaultBehavior"',
        toCall(n) {
          const identities = [{ signInType: 'email', issuer: 'contoso.onmicrosoft.com', issuerAssignedId: toEmail(n) }];
          return toEvent('attributeCollectionStart', n, { userSignUpInfo: { attributes: {}, identities } });
        },
      },
    ],
    async close() {
      await entra.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** The providers whose hooks are called over HTTP. Cognito's triggers run at AWS: bench/triggers.ts measures those. */
export async function openProviders({ freshnessSec }: { freshnessSec: number }): Promise<readonly BenchProvider[]> {
  const policy = { freshnessSec };
  return [await openEntra(policy), openOkta(policy), openOneLogin(policy)];
}
