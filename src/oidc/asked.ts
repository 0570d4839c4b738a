import { decodeJwt } from 'jose';
import { z } from 'zod';
import * as mini from 'zod/mini';
import { isProtocolClaim } from '../config/claims.js';
import type {
  AuthorizationRequest,
  ClaimDemand,
  OidcClient,
  Person,
  RequestedClaims,
} from '../connections/openid-client.js';
import { type NamedAction, nameAction, requestedAction } from '../core/action.js';
import { parseJson, parseJsonAs } from '../core/base/json.js';
import { claimsOfScope, type DataScope, isDataScope, type RequestedClaim } from '../core/consented-data/claims.js';
import { oidcErrors } from './library.js';

const subGuard = z.object({ sub: z.string() });

/** Returns the subject of an ID token hint, which the library has verified. */
export const hintedSubject = ({ id_token_hint: hint }: AuthorizationRequest['params']): string | undefined =>
  hint === undefined ? undefined : subGuard.parse(decodeJwt(hint)).sub;

/**
 * Checks that the person is the subject that the request's `claims` and ID token hint require.
 * @throws oidcErrors.LoginRequired
 * @see https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest and section 5.5.1
 */
export function checkSubject(
  { claims: { sub } }: Person,
  { params, requested }: Pick<AuthorizationRequest, 'params' | 'requested'>,
): void {
  const isAnother = [requested.sub, hintedSubject(params)].some(
    (demanded) => demanded !== undefined && demanded !== sub,
  );
  if (isAnother) throw new oidcErrors.LoginRequired('requested subject could not be obtained');
}

/** An authorization request's parameters, with the parameter `claims` parsed. */
export interface AuthorizationParameters extends Pick<AuthorizationRequest, 'params' | 'requested'> {
  /** Requested claims of the ID token. The value is true if the claim is essential. */
  readonly idToken: ReadonlyMap<string, boolean>;
  readonly userInfo: ReadonlyMap<string, boolean>;
}

const membersGuard = z
  .record(z.string(), z.union([z.looseObject({ essential: z.boolean().optional() }), z.array(z.unknown())]).nullable())
  .default({})
  .transform((members) => new Map(Object.entries(members)));

const claimsGuard = z.object({ id_token: membersGuard, userinfo: membersGuard });

/** The parameter `claims` (OpenID Connect Core, section 5.5). */
export type ClaimsParameter = z.output<typeof claimsGuard>;

export const noClaims: ClaimsParameter = { id_token: new Map(), userinfo: new Map() };

const demandGuard = z
  .object({
    essential: z.boolean().optional(),
    value: z.unknown().optional(),
    values: z.array(z.unknown()).optional(),
  })
  .nullish();

const paramsGuard = z.record(z.string(), z.string().optional().catch(undefined));

/** Returns the parameters that the library has stored. */
export const paramsOf = (params: unknown): AuthorizationRequest['params'] => paramsGuard.parse({ ...Object(params) });

/**
 * Validates the parameter `claims`.
 * @param claims - parsed JSON
 * @throws oidcErrors.InvalidRequest
 * @see https://openid.net/specs/openid-connect-core-1_0.html#ClaimsParameter
 */
export const parseClaims = (claims: unknown): ClaimsParameter => parse(claimsGuard, claims);

/**
 * Returns the parameters of an authorization request.
 * @throws oidcErrors.InvalidRequest
 */
export function toAsked(sent: unknown, claims: ClaimsParameter): AuthorizationParameters {
  const params = paramsOf(sent);
  const { id_token: idToken, userinfo: userInfo } = claims;
  const demand = (name: string): ClaimDemand => toDemand(parse(demandGuard, idToken.get(name)));
  const [sub] = demand('sub').values;
  return {
    params,
    requested: { acr: demand('acr'), amr: demand('amr'), sub } satisfies RequestedClaims,
    idToken: toEssential(idToken),
    userInfo: toEssential(userInfo),
  };
}

/**
 * Reads the parameters of an authorization request, as they were sent or stored.
 * @throws oidcErrors.InvalidRequest
 */
export function readAsked(stored: unknown): AuthorizationParameters {
  const { claims } = paramsOf(stored);
  return toAsked(stored, claims === undefined ? noClaims : parseClaims(parseJson(claims)));
}

function parse<Guard extends z.ZodType>(guard: Guard, value: unknown): z.output<Guard> {
  const parsed = guard.safeParse(value);
  if (!parsed.success) throw new oidcErrors.InvalidRequest('claims parameter is invalid');
  return parsed.data;
}

const toEssential = (members: z.output<typeof membersGuard>): ReadonlyMap<string, boolean> =>
  new Map(
    [...members].map(([name, member]) => [name, member !== null && 'essential' in member && member.essential === true]),
  );

function toDemand(request: z.output<typeof demandGuard>): ClaimDemand {
  const asked = request?.values ?? (request?.value === undefined ? [] : [request.value]);
  const values = asked.filter((value) => typeof value === 'string');
  return { values, isEssential: request?.essential === true && asked.length > 0 };
}

export const isMet = ({ values, isEssential }: ClaimDemand, possible: readonly string[]): boolean =>
  !isEssential || values.some((value) => possible.includes(value));

/**
 * Refuses an essential claim whose requested values are not possible.
 * @throws oidcErrors.UnmetAuthenticationRequirements
 * @see https://openid.net/specs/openid-connect-unmet-authentication-requirements-1_0.html
 */
export function checkDemand(demand: ClaimDemand, possible: readonly string[]): void {
  if (!isMet(demand, possible)) {
    throw new oidcErrors.UnmetAuthenticationRequirements('a face check cannot satisfy the request');
  }
}

export interface ClaimWanted extends RequestedClaim {
  readonly inIdToken: boolean;
  readonly inUserInfo: boolean;
  /** Id of the source connection, or `null` for the issuer's own claims. */
  readonly from: string | null;
}

const mostLogged = 20;

/**
 * Returns the requested claims: by scopes for UserInfo (OpenID Connect Core, section 5.4), or by `claims` (section
 * 5.5). Claims that the client has not registered are ignored (section 5.5.1).
 */
export function toClaimsWanted(
  client: Pick<OidcClient, 'consented' | 'verifiedIn'>,
  { params, idToken, userInfo }: AuthorizationParameters,
): readonly ClaimWanted[] {
  const verified = client.verifiedIn?.(params.claims) ?? [];
  const registered = Object.keys(client.consented?.claims ?? {});
  const byScope = scopesOf(params).flatMap((scope) => registered.filter((name) => isInScope(name, scope)));
  return registered
    .map((name) => ({
      name,
      isEssential: idToken.get(name) === true || userInfo.get(name) === true,
      inIdToken: idToken.has(name),
      inUserInfo: userInfo.has(name) || byScope.includes(name),
      from: client.consented?.claims[name]?.from ?? null,
    }))
    .filter(({ name, inIdToken, inUserInfo }) => inIdToken || inUserInfo || verified.includes(name));
}

export function unregisteredIn(
  client: Pick<OidcClient, 'consented' | 'claimNames'>,
  { params, idToken, userInfo }: AuthorizationParameters,
): readonly string[] {
  const registered = Object.keys(client.consented?.claims ?? {});
  const isTold = (name: string): boolean =>
    isProtocolClaim(name) || client.claimNames.includes(name) || registered.includes(name);
  const isInUse = (scope: DataScope): boolean =>
    [...registered, ...client.claimNames].some((name) => isInScope(name, scope));
  const claims = [...new Set([...idToken.keys(), ...userInfo.keys()])].filter((name) => !isTold(name));
  return [
    ...scopesOf(params)
      .filter((scope) => !isInUse(scope))
      .map((scope) => `scope ${scope}`),
    // Claim names from a request are untrusted text.
    ...claims.map((name) => (/^[\w.:/-]{1,100}$/.test(name) ? name : 'a name that cannot be logged')),
  ].slice(0, mostLogged);
}

const isInScope = (name: string, scope: DataScope): boolean => claimsOfScope[scope].some((claim) => claim === name);

const scopesOf = ({ scope = '' }: AuthorizationParameters['params']): readonly DataScope[] =>
  scope.split(' ').filter(isDataScope);

const detailsGuard = mini.tuple([requestedAction]);

/**
 * Parses the action to approve (RFC 9396). Returns `null` without one. @throws oidcErrors.InvalidAuthorizationDetails
 */
export function parseRequestedAction(text: string | undefined): NamedAction | null {
  if (text === undefined) return null;
  const details = parseJsonAs(text, detailsGuard);
  if (details !== undefined) return nameAction(details[0]);
  throw new oidcErrors.InvalidAuthorizationDetails('expected exactly one displayable action');
}
