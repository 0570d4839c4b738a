import { z } from 'zod';
import type { Demand, RequestedClaims } from '../connections/openid-client.js';
import { oidcErrors } from './library.js';

const requestGuard = z
  .object({
    essential: z.boolean().optional(),
    value: z.unknown().optional(),
    values: z.array(z.unknown()).optional(),
  })
  .nullish();

const claimsGuard = z.object({
  id_token: z.object({ acr: requestGuard, amr: requestGuard, sub: requestGuard }).optional(),
});

/**
 * Parses the `claims` parameter.
 * @throws oidcErrors.InvalidRequest
 * @see https://openid.net/specs/openid-connect-core-1_0.html#ClaimsParameter
 */
export function parseRequestedClaims(text: string | undefined): RequestedClaims {
  const parsed = claimsGuard.safeParse(text === undefined ? {} : parseJson(text));
  if (!parsed.success) throw new oidcErrors.InvalidRequest('claims parameter is invalid');
  const { acr, amr, sub } = parsed.data.id_token ?? {};
  const [subject] = toDemand(sub).values;
  return { acr: toDemand(acr), amr: toDemand(amr), sub: subject };
}

const membersGuard = z.record(z.string(), z.record(z.string(), z.unknown()).nullable()).optional();
const containersGuard = z.object({ id_token: membersGuard, userinfo: membersGuard });

export function checkMembers(claims: unknown): void {
  if (containersGuard.safeParse(claims).success) return;
  throw new oidcErrors.InvalidRequest('claims parameter is invalid');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toDemand(request: z.output<typeof requestGuard>): Demand {
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

const paramsGuard = z.record(z.string(), z.string().optional().catch(undefined));

/** Returns the parameters that the library has stored. */
export const paramsOf = (params: unknown): Readonly<Record<string, string | undefined>> =>
  paramsGuard.parse({ ...Object(params) });
