import { z } from 'zod';
import type { ClaimSource, ClaimSources } from '../config/claims.js';
import { isStandardClaim, type StandardClaim } from '../core/consented-data/claims.js';
import { PersonalData } from '../core/secrets.js';
import { FaceError, type Json } from '../errors.js';

export type UsualSources = Readonly<Partial<Record<StandardClaim, ClaimSource>>>;

/**
 * @param tokenAttribute - attribute with the enrolment token, which no claim may use
 * @throws FaceError `config_invalid` if a claim uses that attribute
 */
export function createClaimReader(usual: UsualSources, configured: ClaimSources, tokenAttribute: string) {
  const sources = new Map<string, ClaimSource>(Object.entries({ ...usual, ...configured }));
  for (const [claim, source] of sources) {
    if (partsOf(source).some((attribute) => attribute.toLowerCase() === tokenAttribute.toLowerCase())) {
      throw new FaceError('config_invalid', { claim, reason: 'made of the enrolment token' });
    }
  }
  const sourcesOf = (names: readonly string[]): [string, ClaimSource][] =>
    [...sources].filter(([name]) => names.includes(name));
  return {
    claimNames: new Set(sources.keys()),
    attributesOf: (names: readonly string[]): readonly string[] => [
      ...new Set(sourcesOf(names).flatMap(([, source]) => partsOf(source))),
    ],
    toClaims: (names: readonly string[], readAttribute: (attribute: string) => unknown) =>
      new PersonalData(
        Object.fromEntries(
          sourcesOf(names).flatMap(([name, source]) => {
            const value = toClaim(name, source, readAttribute);
            return value === null ? [] : [[name, value]];
          }),
        ),
      ),
  };
}

const partsOf = (source: ClaimSource): readonly string[] => {
  if (typeof source === 'string') return [source];
  return Array.isArray(source) ? source : Object.values(source);
};

const booleanClaims: readonly string[] = ['email_verified', 'phone_number_verified'] satisfies StandardClaim[];

function toClaim(name: string, source: ClaimSource, readAttribute: (attribute: string) => unknown): Json {
  if (typeof source === 'string') {
    const value = readAttribute(source);
    if (booleanClaims.includes(name)) return toBoolean(value);
    return isStandardClaim(name) ? toText(value) : toPlain(value);
  }
  if (Array.isArray(source)) {
    const texts = source.map((attribute) => toText(readAttribute(attribute))).filter((text) => text !== null);
    return texts.length === 0 ? null : texts.join(' ');
  }
  const members = Object.entries(source).flatMap(([member, attribute]) => {
    const text = toText(readAttribute(attribute));
    return text === null ? [] : [[member, text]];
  });
  return members.length === 0 ? null : Object.fromEntries(members);
}

function toBoolean(value: unknown): boolean | null {
  if (value === true || value === 'true') return true;
  return value === false || value === 'false' ? false : null;
}

function toText(value: unknown): string | null {
  if (Array.isArray(value)) return value.map(toText).find((text) => text !== null) ?? null;
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : null;
}

const scalarGuard = z.union([z.string().min(1), z.number(), z.boolean()]);
const plainGuard = z.union([scalarGuard, z.array(scalarGuard).min(1)]);

const toPlain = (value: unknown): Json => plainGuard.safeParse(value).data ?? null;

const objectGuard = z.record(z.string(), z.unknown());
const listGuard = z.array(objectGuard).min(1);

/** Returns the value at a path. From a list, it takes the primary or the first entry (RFC 7643, section 2.4). */
export function valueAt(root: unknown, path: readonly string[]): unknown {
  const [name, ...rest] = path;
  const { data: list } = listGuard.safeParse(root);
  if (list !== undefined) return valueAt(list.find(({ primary }) => primary === true) ?? list[0], path);
  const { data: object } = objectGuard.safeParse(root);
  if (name === undefined) return object === undefined ? root : object.value;
  return object === undefined ? undefined : valueAt(memberOf(object, name), rest);
}

/** Returns the member of a name, in any case if none has this one: SCIM ignores the case of names. */
export const memberOf = (object: Readonly<Record<string, unknown>>, name: string): unknown =>
  Object.hasOwn(object, name)
    ? object[name]
    : Object.entries(object).find(([each]) => each.toLowerCase() === name.toLowerCase())?.[1];
