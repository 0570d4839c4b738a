import { z } from 'zod';
import { type JsonObject, parseJson } from '../../core/base/json.js';
import { type EpochMs, fromIso } from '../../core/units.js';
import type { Json } from '../../errors.js';

/*
 * Requests for verified claims, in the parameter `claims`.
 * https://openid.net/specs/openid-connect-4-identity-assurance-1_0.html
 */

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** Members that restrict or describe an element of a request. All others are elements. */
const restrictions = {
  value: scalar,
  values: z.array(scalar),
  max_age: z.number().nonnegative(),
  essential: z.boolean(),
  purpose: z.string(),
} as const;
const isRestriction = (name: string): name is keyof typeof restrictions => Object.hasOwn(restrictions, name);

/** More than any element of the standard has. */
const mostLevels = 12;

/** Returns true for `null`, an object of elements, or an array of such objects. */
const isElement = (asked: Json, levels = mostLevels): boolean => {
  if (asked === null) return true;
  if (levels === 0 || typeof asked !== 'object') return false;
  if (Array.isArray(asked)) return asked.every((each) => isObject(each) && isElement(each, levels - 1));
  return Object.entries(asked).every(([name, each]) =>
    isRestriction(name) ? restrictions[name].safeParse(each).success : isElement(each, levels - 1),
  );
};

/** Checked before the JSON is parsed further, because a guard of nested JSON would overflow the stack. */
const isShallow = (value: unknown, levels = 2 * mostLevels): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (levels > 0 && Object.values(value).every((each) => isShallow(each, levels - 1)));

const objectGuard = z.record(z.string(), z.json()).refine((asked) => isElement(asked));

const requestGuard = z.object({
  verification: objectGuard.refine((asked) => Object.hasOwn(asked, 'trust_framework')),
  claims: objectGuard.refine((claims) => Object.keys(claims).length > 0),
});

export type VerifiedRequest = z.output<typeof requestGuard>;

/** One request, or several that are answered independently. */
export const verifiedRequestsGuard = z
  .union([requestGuard, z.array(requestGuard).min(1).max(10)])
  .nullable()
  .default(null);

const memberGuard = z.object({ verified_claims: verifiedRequestsGuard }).nullish();
const claimsGuard = z.object({ id_token: memberGuard, userinfo: memberGuard });

/** Returns the requests for verified claims in the parameter `claims`, or `null` if they are invalid. */
export function parseVerifiedRequests(claims: string | undefined) {
  const parsed = claims === undefined ? {} : parseJson(claims);
  const { data } = claimsGuard.safeParse(isShallow(parsed) ? parsed : null);
  if (data === undefined) return null;
  return { idToken: data.id_token?.verified_claims ?? null, userInfo: data.userinfo?.verified_claims ?? null };
}

export const listRequests = (requests: z.output<typeof verifiedRequestsGuard>): readonly VerifiedRequest[] =>
  [requests ?? []].flat();

/** Returns true if a value, which may be an object, fulfils the restrictions of a request for it. */
export function fulfils(known: Json, asked: Json, now: EpochMs): boolean {
  if (!isObject(asked)) return asked === null;
  const { value, values, max_age: maxAgeSec } = asked;
  const isYoung = typeof known === 'string' && now - fromIso(known) <= Number(maxAgeSec) * 1000;
  return (
    (value === undefined || value === known) &&
    (values === undefined || (Array.isArray(values) && values.includes(known))) &&
    (maxAgeSec === undefined || isYoung)
  );
}

const restricts = (asked: Json): boolean =>
  typeof asked === 'object' &&
  asked !== null &&
  Object.entries(asked).some(([name, each]) => ['value', 'values', 'max_age'].includes(name) || restricts(each));

/** Members without which the object that has them is invalid. */
const required = ['trust_framework', 'type', 'check_method'];

/**
 * Returns the requested part of what is known about a verification. Elements of an array in the request select elements
 * of the known array.
 * @returns `null` if what is known does not fulfil a restriction
 */
export function selectRequested(known: Json, asked: Json, now: EpochMs): Json {
  if (asked === null) return known;
  if (Array.isArray(known)) {
    const selections = [asked].flat();
    const selected = known.flatMap((each) => {
      const fitting = selections
        .map((selection) => selectRequested(each, selection, now))
        .find((part) => part !== null);
      return fitting === undefined ? [] : [fitting];
    });
    return selected.length === 0 ? null : selected;
  }
  if (!isObject(known)) return fulfils(known, asked, now) ? known : null;
  if (!isObject(asked)) return null;
  if (Object.entries(asked).some(([name, each]) => !Object.hasOwn(known, name) && restricts({ [name]: each })))
    return null;
  const parts = Object.entries(known)
    .filter(([name]) => Object.hasOwn(asked, name) || required.includes(name))
    .map(([name, each]): [string, Json] => [
      name,
      selectRequested(each, Object.hasOwn(asked, name) ? asked[name] : null, now),
    ]);
  return parts.some(([, part]) => part === null) ? null : Object.fromEntries(parts);
}
