import { z } from 'zod';
import type { AuthorizationRequest, Demand, RequestedClaims } from '../connections/openid-client.js';
import { oidcErrors } from './library.js';

/** An authorization request's parameters, with the parameter `claims` parsed. */
export interface Asked extends Pick<AuthorizationRequest, 'params' | 'requested'> {
  /** Requested claims of the ID token. The value is true if the claim is essential. */
  readonly idToken: ReadonlyMap<string, boolean>;
  readonly userInfo: ReadonlyMap<string, boolean>;
}

const membersGuard = z
  .record(z.string(), z.looseObject({ essential: z.boolean().optional() }).nullable())
  .default({})
  .transform((members) => new Map(Object.entries(members)));

const claimsGuard = z.object({ id_token: membersGuard, userinfo: membersGuard });

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
 * Reads the parameters of an authorization request.
 * @throws oidcErrors.InvalidRequest
 * @see https://openid.net/specs/openid-connect-core-1_0.html#ClaimsParameter
 */
export function readAsked(sent: unknown): Asked {
  const params = paramsOf(sent);
  const { id_token: idToken, userinfo: userInfo } = parse(claimsGuard, parseJson(params.claims ?? '{}'));
  const demand = (name: string): Demand => toDemand(parse(demandGuard, idToken.get(name)));
  const [sub] = demand('sub').values;
  return {
    params,
    requested: { acr: demand('acr'), amr: demand('amr'), sub } satisfies RequestedClaims,
    idToken: toEssential(idToken),
    userInfo: toEssential(userInfo),
  };
}

/** @throws oidcErrors.InvalidRequest */
export const checkClaims = (claims: unknown): void => void parse(claimsGuard, claims);

function parse<Guard extends z.ZodType>(guard: Guard, value: unknown): z.output<Guard> {
  const parsed = guard.safeParse(value);
  if (!parsed.success) throw new oidcErrors.InvalidRequest('claims parameter is invalid');
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const toEssential = (members: z.output<typeof membersGuard>): ReadonlyMap<string, boolean> =>
  new Map([...members].map(([name, member]) => [name, member?.essential === true]));

function toDemand(request: z.output<typeof demandGuard>): Demand {
  const asked = request?.values ?? (request?.value === undefined ? [] : [request.value]);
  const values = asked.filter((value) => typeof value === 'string');
  return { values, isEssential: request?.essential === true && asked.length > 0 };
}

export const isMet = ({ values, isEssential }: Demand, possible: readonly string[]): boolean =>
  !isEssential || values.some((value) => possible.includes(value));

/**
 * Refuses an essential claim whose requested values are not possible.
 * @throws oidcErrors.UnmetAuthenticationRequirements
 * @see https://openid.net/specs/openid-connect-unmet-authentication-requirements-1_0.html
 */
export function checkDemand(demand: Demand, possible: readonly string[]): void {
  if (!isMet(demand, possible)) {
    throw new oidcErrors.UnmetAuthenticationRequirements('a face check cannot meet what is asked');
  }
}
