import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { type JWTPayload, SignJWT } from 'jose';
import { startCognitoSimulator } from '../../../simulators/cognito/index.js';
import { startOktaSimulator } from '../../../simulators/okta/index.js';
import { startScimSimulator } from '../../../simulators/scim/index.js';
import { listen } from '../../../src/http/listen.js';
import { type HookProvider, isPassed, openEntra, openOkta, openOneLogin, toCall } from '../../bench/hook-providers.js';
import { addTokenAttribute } from '../../faults/stage.js';
import type { Answer } from './exchange.js';

/** Step-ups stay valid until the attack is over. */
const policy = {
  ...{ mode: 'enforce', liveness: 'off', stepUpTimeoutSec: 3600, freshnessSec: 86_400 },
  ...{ referencePhoto: true, returnUrls: ['https://app.example.com/back'] },
};

export interface OidcTarget {
  readonly connection: string;
  readonly id: string;
  /** `null` for public clients, and for clients that sign assertions. */
  readonly secret: string | null;
  readonly redirectUri: string;
}

export interface HookTarget extends Pick<HookProvider, 'sign'> {
  readonly provider: string;
  readonly hook: string;
  readonly path: string;
  /** Person whose receipt the call carries. */
  readonly receiptSubject: ((n: number) => string) | null;
  toCall(n: number, id?: string, receipt?: string): ReturnType<typeof toCall>;
  /** Number of a user with an unused passed face check, if a check is what makes the hook grant. */
  readonly bait: number;
  readonly hasBait: boolean;
  /** Returns true if the provider would treat the face as checked. */
  isGranted(answer: Answer): boolean;
}

const appUri = 'https://app.example.com/callback';

const newSecret = (): string => randomBytes(32).toString('base64url');

const clientRows: readonly (readonly [connection: string, id: string, more: object])[] = [
  ['okta', 'app', {}],
  ['okta', 'spa', {}],
  ['okta', 'signer', {}],
  ['okta', 'portal', { mayEnrol: true }],
  ['okta', 'load', {}],
  ['rival', 'rival-app', {}],
];

/** Hooks that grant without a face check, or never. */
const checkless = new Set(['password-import', 'events']);

/** Starts a server that only hostile requests name, so a request to it is a server-side request forgery. */
async function openLure() {
  const lured: string[] = [];
  const record: RequestListener = (request, response) => {
    lured.push(request.url ?? '');
    response.end('{}');
  };
  const { port, stop } = await listen(record, { host: '127.0.0.1', port: 0 });
  return { url: `http://127.0.0.1:${port}/lure`, lured, close: stop };
}

/** Opens a connection of each kind. The connection `rival` belongs to another tenant. */
export async function openProviders() {
  const [simulator, pool, directory, lure] = await Promise.all([
    startOktaSimulator(),
    startCognitoSimulator(),
    startScimSimulator(),
    openLure(),
  ]);
  const signer = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const kid = 'signer-1';
  const publicKeys = [{ ...signer.publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' }];
  const targets = clientRows.map(
    ([connection, id]): OidcTarget => ({
      ...{ connection, id, redirectUri: appUri },
      secret: ['spa', 'signer'].includes(id) ? null : newSecret(),
    }),
  );
  const oidcOf = (connection: string) => ({
    clients: clientRows.flatMap(([own, id, more], at) => {
      const { secret } = targets[at] ?? { secret: null };
      const shown = secret !== null ? { secret } : id === 'signer' ? { publicKeys } : {};
      return own === connection ? [{ kind: 'relying_party', id, redirectUris: [appUri], ...shown, ...more }] : [];
    }),
  });
  const okta = openOkta(policy, { orgUrl: simulator.url, token: simulator.apiToken });
  await addTokenAttribute(okta.connection);
  const hooked = [okta, await openEntra(policy), openOneLogin(policy)];
  const { id: userPoolId } = await pool.createPool();
  const shop = { requestSecret: newSecret(), userPoolId, clientId: 'siegeappclient' };
  const cognito = {
    userPoolId,
    clientIds: [shop.clientId],
    endpoint: pool.url,
    triggers: { requestSecret: shop.requestSecret },
    credentials: { kind: 'static', accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' },
  };
  const scim = { baseUrl: directory.baseUrl, auth: { kind: 'bearer', token: directory.bearer } };
  const connections = [
    ...hooked.map(({ connection: { id, ...more } }) => ({
      id,
      ...more,
      ...(id === 'okta' ? { oidc: oidcOf(id) } : {}),
    })),
    { id: 'shop', kind: 'cognito', policy, cognito },
    { id: 'rival', kind: 'scim', policy, oidc: oidcOf('rival'), scim },
  ];
  return {
    ...{ simulator, hooked, shop, targets, connections, lure, publicKey: publicKeys[0] },
    environment: Object.fromEntries(hooked.flatMap(({ env }) => Object.entries(env))),
    hooks: hooked.flatMap((provider) =>
      provider.hooks.map(
        ({ hook, path = hook, event, grantedText, receiptSubject = null }): HookTarget => ({
          ...{ provider: provider.connection.id, hook, sign: provider.sign, receiptSubject },
          path: `/hooks/${provider.connection.id}/${path}`,
          toCall: (...about) => toCall(provider, event(...about)),
          bait: nextPerson(true),
          hasBait: receiptSubject === null && !checkless.has(hook),
          isGranted: ({ status, text }) => status === 200 && text.includes(grantedText),
        }),
      ),
    ),
    signAssertion(claims: JWTPayload): Promise<string> {
      const now = Math.floor(Date.now() / 1000);
      return new SignJWT({ iss: 'signer', sub: 'signer', iat: now, exp: now + 60, jti: newSecret(), ...claims })
        .setProtectedHeader({ alg: 'RS256', kid })
        .sign(signer.privateKey);
    },
    async close() {
      for (const each of [...hooked, simulator, pool, directory, lure]) await each.close();
    },
  };
}

export function clientOf({ targets }: Pick<Providers, 'targets'>, name: string): OidcTarget {
  const found = targets.find(({ id }) => id === name);
  if (found === undefined) throw new Error(`there is no client ${name}`);
  return found;
}

export type Providers = Awaited<ReturnType<typeof openProviders>>;

let person = 0;

/** Returns the number of a person with, or without, an unused passed face check. */
export function nextPerson(hasPassed: boolean): number {
  do person += 1;
  while (isPassed(person) !== hasPassed);
  return person;
}
