import { createHash, randomBytes } from 'node:crypto';
import { signToken } from '../../../simulators/entra/tenant.js';
import { createBrowser } from '../../../test/oidc/browser.js';
import { type Altered, alterToken } from './alter.js';
import type { OidcTarget } from './clients.js';
import { toUrlencoded } from './request.js';
import { asOidcClient, authorizationParams, issuerOf } from './sign-in.js';
import type { Stage } from './stage.js';

export interface OidcVictims {
  readonly interactions: Readonly<Record<string, string>>;
  readonly pushed: Readonly<Record<string, string>>;
  readonly usedHint: string;
  readonly badHints: readonly Altered[];
}

export async function pushRequest(
  stage: Pick<Stage, 'caller'>,
  target: OidcTarget,
  login = 'somebody@example.com',
): Promise<string> {
  const { params } = authorizationParams(target, { login_hint: login });
  const { status, text } = await stage.caller.call({
    method: 'POST',
    path: `/oidc/${target.connection}/par`,
    headers: asOidcClient(target),
    body: toUrlencoded(Object.entries(params)),
  });
  const uri: unknown = JSON.parse(text).request_uri;
  if (typeof uri !== 'string') throw new Error(`No request was pushed: ${status} ${text}`);
  return uri;
}

export async function signHint(
  { providers: { staff } }: Pick<Stage, 'providers'>,
  changes: object = {},
): Promise<string> {
  const { tenant, url } = staff.simulator;
  const sub = createHash('sha256').update(staff.stranger).digest('base64url');
  const claims = {
    ver: '2.0',
    iss: `${url}/${tenant.id}/v2.0`,
    aud: staff.externalMfa,
    tid: tenant.id,
    oid: staff.stranger,
    sub,
    jti: randomBytes(8).toString('hex'),
    ...changes,
  };
  return signToken(tenant, claims, Date.now(), -1);
}

async function makeBadHints(stage: Pick<Stage, 'providers'>): Promise<readonly Altered[]> {
  const { staff, outside } = stage.providers;
  const { tenant, url } = staff.simulator;
  const other = await staff.simulator.addTenant();
  const now = Math.floor(Date.now() / 1000);
  const publicKey = { ...tenant.keys.at(-1)?.publicJwk };
  const iss = `${url}/${tenant.id}/v2.0`;
  const claims = { iss, aud: staff.externalMfa, tid: tenant.id, oid: staff.stranger, sub: 'a' };
  const changes: Readonly<Record<string, object>> = {
    'for another client': { aud: 'another' },
    'of another issuer': { iss: `${url}/${other.id}/v2.0` },
    'of another tenant': { tid: other.id },
    'of an hour ago': { iat: now - 3600, nbf: now - 3600 },
    'of the future': { iat: now + 3600 },
    'about nobody': { oid: 'nobody' },
  };
  const changed = Object.entries(changes).map(
    async ([variant, each]): Promise<Altered> => [`a hint ${variant}`, await signHint(stage, each)],
  );
  return [
    ['no hint', ''],
    ...(await Promise.all(changed)),
    ['a hint of another tenant’s key', await signToken(other, claims, Date.now(), -1)],
    ['a hint signed by a stranger', await outside.forge(claims)],
    ['a stranger’s hint under this key’s name', await outside.forge(claims, { kid: tenant.keys.at(-1)?.kid })],
    ...alterToken(await signHint(stage), { publicKey, lure: `${outside.url}/lure/hint` }),
  ];
}

export function externalMfaParams(target: OidcTarget, hint: string): Readonly<Record<string, string>> {
  const claims = {
    id_token: {
      acr: { essential: true, values: ['possessionorinherence'] },
      amr: { essential: true, values: ['face'] },
    },
  };
  return {
    scope: 'openid',
    response_mode: 'form_post',
    response_type: 'id_token',
    client_id: target.id,
    redirect_uri: target.redirectUri,
    nonce: randomBytes(16).toString('hex'),
    state: randomBytes(16).toString('hex'),
    id_token_hint: hint,
    claims: JSON.stringify(claims),
    'client-request-id': '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
  };
}

export const mainTarget = ({ targets }: Stage['providers'], connection: string): OidcTarget => {
  const own = targets.filter((target) => target.connection === connection);
  const [found] = [...own.filter(({ isOpenToBrowsers, secret }) => isOpenToBrowsers && secret !== null), ...own];
  return found;
};

async function validParams(stage: Stage, connection: string): Promise<Readonly<Record<string, string>>> {
  const target = mainTarget(stage.providers, connection);
  if (target.kind === 'entra_external_mfa') return externalMfaParams(target, await signHint(stage));
  return authorizationParams(target, { login_hint: 'somebody@example.com' }).params;
}

/** Starts a sign-in and pushes a request at each OpenID provider. Attackers must be able to use neither. */
export async function beginElsewhere(stage: Stage, connections: readonly string[]): Promise<OidcVictims> {
  const interactions: Record<string, string> = {};
  const pushed: Record<string, string> = {};
  const begin = async (connection: string, params: Readonly<Record<string, string>>): Promise<string> => {
    const browser = createBrowser((url, init) => fetch(url, init));
    const issuer = issuerOf(stage.url, { connection });
    const { status, text } = await browser.follow(`${issuer}/authorize?${new URLSearchParams(params)}`);
    const cookie = [...browser.jar.values()].find(({ path }) => path.includes('/interaction/'));
    const uid = cookie?.path.split('/').at(-1);
    if (uid === undefined) throw new Error(`${connection}: no interaction: ${status} ${text.slice(0, 300)}`);
    return uid;
  };
  let usedHint = '';
  for (const connection of connections) {
    const params = await validParams(stage, connection);
    interactions[connection] = await begin(connection, params);
    usedHint = params.id_token_hint ?? usedHint;
    const target = mainTarget(stage.providers, connection);
    if (target.secret === null) continue;
    pushed[connection] = await pushRequest(stage, target);
  }
  return { interactions, pushed, usedHint, badHints: await makeBadHints(stage) };
}
