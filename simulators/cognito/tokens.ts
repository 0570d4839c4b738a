import { z } from 'zod';
import { signJwt } from '../signing-key.js';
import { type AppClient, newId, type PoolUser, type UserPool } from './pool.js';
import { invokeTrigger, type TriggerDeps, triggerOf } from './triggers.js';

export interface TokenDeps extends TriggerDeps {
  readonly url: () => string;
  readonly now: () => number;
}

/** Claims that no trigger can set or suppress. */
const reserved = new Set(
  (
    'acr amr at_hash auth_time azp client_id cognito:username device_key event_id exp iat iss jti nbf nonce origin_jti ' +
    'scope sub token_use username version'
  ).split(' '),
);

type Claims = Record<string, unknown>;
interface Override {
  readonly claimsToAddOrOverride?: Claims | null | undefined;
  readonly claimsToSuppress?: readonly string[] | null | undefined;
}

function override(claims: Claims, { claimsToAddOrOverride, claimsToSuppress }: Override): Claims {
  const changed = { ...claims };
  for (const [name, value] of Object.entries(claimsToAddOrOverride ?? {}))
    if (!reserved.has(name)) changed[name] = value;
  for (const name of claimsToSuppress ?? []) if (!reserved.has(name)) delete changed[name];
  return changed;
}

export async function mintTokens(
  pool: UserPool,
  sign: {
    readonly user: PoolUser;
    readonly client: AppClient;
    readonly source: string;
    readonly clientMetadata: Record<string, string> | undefined;
  },
  deps: TokenDeps,
) {
  const { user, client, source, clientMetadata } = sign;
  const trigger = triggerOf(pool, 'PreTokenGeneration');
  const scope = 'aws.cognito.signin.user.admin';
  const nothing: Override = {};
  let overrides = { id: nothing, access: nothing };
  let groups = [...pool.groups].flatMap(([name, members]) => (members.has(user.username) ? [name] : []));
  if (trigger !== null) {
    const request = {
      userAttributes: { ...Object.fromEntries(user.attributes), 'cognito:user_status': user.status },
      groupConfiguration: { groupsToOverride: groups, iamRolesToOverride: [], preferredRole: null },
      ...(clientMetadata === undefined ? {} : { clientMetadata }),
      ...(trigger.version === '1' ? {} : { scopes: [scope] }),
    };
    const response = await invokeTrigger(
      pool,
      { name: 'PreTokenGeneration', source, user, clientId: client.id, request },
      deps,
    );
    overrides =
      trigger.version === '1'
        ? { id: response.claimsOverrideDetails ?? nothing, access: nothing }
        : {
            id: response.claimsAndScopeOverrideDetails?.idTokenGeneration ?? nothing,
            access: response.claimsAndScopeOverrideDetails?.accessTokenGeneration ?? nothing,
          };
    const details = trigger.version === '1' ? response.claimsOverrideDetails : response.claimsAndScopeOverrideDetails;
    if (details != null) groups = details.groupOverrideDetails?.groupsToOverride ?? [];
  }
  const nowSec = Math.floor(deps.now() / 1000);
  const readable = z.array(z.string()).optional().catch(undefined).parse(client.settings.ReadAttributes);
  const attributes = [...user.attributes].filter(([name]) => readable?.includes(name) ?? true);
  const shared = {
    sub: user.sub,
    auth_time: nowSec,
    event_id: newId(16),
    jti: newId(16),
    ...(groups.length === 0 ? {} : { 'cognito:groups': groups }),
  };
  const issue = (claims: Claims) =>
    signJwt(pool.key, { ...claims, iss: `${deps.url()}/${pool.id}`, iat: nowSec, exp: nowSec + 3600 });
  const idClaims = {
    ...Object.fromEntries(attributes),
    ...shared,
    aud: client.id,
    'cognito:username': user.username,
    token_use: 'id',
  };
  const accessClaims = { ...shared, client_id: client.id, username: user.username, token_use: 'access', scope };
  const AccessToken = await issue(override(accessClaims, overrides.access));
  const RefreshToken = newId(64);
  pool.accessTokens.set(AccessToken, user.username);
  pool.refreshTokens.set(RefreshToken, user.username);
  return {
    AccessToken,
    IdToken: await issue(override(idClaims, overrides.id)),
    ExpiresIn: 3600,
    TokenType: 'Bearer',
    RefreshToken,
  };
}
