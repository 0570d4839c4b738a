import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { startCognitoSimulator } from '../../../simulators/cognito/index.js';
import { startOktaSimulator } from '../../../simulators/okta/index.js';
import { startScimSimulator } from '../../../simulators/scim/index.js';
import { startFront } from '../../../support/servers/front.js';
import { isPassed, openEntra, openOkta, openOneLogin, toCall } from '../../bench/hook-providers.js';
import { addTokenAttribute } from '../../faults/stage.js';
import { type Answer, jsonText, post, type Request } from './exchange.js';

/** Step-ups stay valid until the attack is over. */
const policy = {
  mode: 'enforce',
  liveness: 'off',
  stepUpTimeoutSec: 3600,
  freshnessSec: 86_400,
  referencePhoto: true,
  returnUrls: ['https://app.example.com/back'],
};

export type OidcTarget = ReturnType<typeof clientOf>;

const appUri = 'https://app.example.com/callback';

export const newSecret = (): string => randomBytes(32).toString('base64url');

const clientIds = { okta: ['app', 'spa', 'portal', 'load'], rival: ['rival-app'] };

/** Hooks that grant without a face check, or never. */
const checkless = new Set(['password-import', 'events']);

/** Starts a server that only hostile requests name, so a request to it is a server-side request forgery. */
async function openLure() {
  const lure = await startFront('');
  lure.rules = [{ path: /^/, act: { kind: 'answer', status: 200, body: '{}' } }];
  return lure;
}

/** Opens a connection of each kind. The connection `rival` belongs to another tenant. */
export async function openProviders() {
  const [simulator, pool, directory, lure] = await Promise.all([
    startOktaSimulator(),
    startCognitoSimulator(),
    startScimSimulator(),
    openLure(),
  ]);
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const targets = Object.entries(clientIds).flatMap(([connection, ids]) =>
    ids.map((id) => {
      // A public client has none.
      return { connection, id, redirectUri: appUri, secret: id === 'spa' ? null : newSecret() };
    }),
  );
  const oidcOf = (sought: string) => ({
    clients: targets
      .filter(({ connection }) => connection === sought)
      .map(({ id, secret }) => ({
        kind: 'relying_party',
        id,
        redirectUris: [appUri],
        mayEnrol: id === 'portal',
        ...(secret === null ? {} : { secret }),
      })),
  });
  const relay = await startFront(simulator.url);
  const okta = openOkta(policy, { orgUrl: relay.url, token: simulator.apiToken });
  await addTokenAttribute(okta.connection);
  const others = [await openEntra(policy), openOneLogin(policy)];
  const hooked = [okta, ...others];
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
    { ...okta.connection, oidc: oidcOf('okta') },
    ...others.map(({ connection }) => connection),
    { id: 'shop', kind: 'cognito', policy, cognito },
    { id: 'rival', kind: 'scim', policy, oidc: oidcOf('rival'), scim },
  ];
  return {
    simulator,
    relay,
    hooked,
    shop,
    targets,
    connections,
    lure,
    publicKey: publicKey.export({ format: 'jwk' }),
    environment: Object.fromEntries(hooked.flatMap(({ env }) => Object.entries(env))),
    hooks: hooked.flatMap((provider) =>
      provider.hooks.map(({ hook, path = hook, event, grantedText, toReceiptSubject = null }) => ({
        provider: provider.connection.id,
        sign: provider.sign,
        /** Returns the subject whose receipt the call carries. */
        toReceiptSubject,
        path: `/hooks/${provider.connection.id}/${path}`,
        toCall: (...about: Parameters<typeof event>) => toCall(provider, event(...about)),
        /** Number of a user with an unused passed face check, if a check is what makes the hook grant. */
        bait: nextPerson(true),
        hasBait: toReceiptSubject === null && !checkless.has(hook),
        /** Returns true if the provider would treat the face as checked. */
        isGranted: ({ status, text }: Answer): boolean => status === 200 && text.includes(grantedText),
      })),
    ),
    async close() {
      for (const each of [...hooked, relay, simulator, pool, directory, lure]) await each.close();
    },
  };
}

export function clientOf({ targets }: Pick<Providers, 'targets'>, name: string) {
  const found = targets.find(({ id }) => id === name);
  if (found === undefined) throw new Error(`no client ${name}`);
  return found;
}

export type Providers = Awaited<ReturnType<typeof openProviders>>;
export type HookTarget = Providers['hooks'][number];

// Separate, because the legitimate load needs more people than have passed a face check.
const reached = { passed: 0, unpassed: 0 };

/** Returns the number of a person with, or without, an unused passed face check. */
export function nextPerson(hasPassed: boolean): number {
  const kind = hasPassed ? 'passed' : 'unpassed';
  do reached[kind] += 1;
  while (isPassed(reached[kind]) !== hasPassed);
  return reached[kind];
}

let calls = 0;

/** Calls a hook as its provider does, with other headers if these are given. */
export function hookRequest(
  target: HookTarget,
  person: number,
  { headers, receipt = 'none' }: { readonly headers?: Request['headers']; readonly receipt?: string } = {},
): Request {
  calls += 1;
  const call = target.toCall(person, `siege-${calls}`, receipt);
  return post(target.path, jsonText(call.body), headers ?? Object.entries(call.headers));
}
