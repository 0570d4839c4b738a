import { z } from 'zod';
import { invalid, sourcedElsewhere } from './errors.js';
import type { Org, OrgUser } from './org.js';

/** Attributes of every org. Only `requiredAttributes` need a value. */
export const baseAttributes = (
  'login email secondEmail firstName lastName middleName honorificPrefix honorificSuffix title displayName nickName ' +
  'profileUrl primaryPhone mobilePhone streetAddress city state zipCode countryCode postalAddress preferredLanguage ' +
  'locale timezone userType employeeNumber costCenter organization division department managerId manager'
).split(' ');
const requiredAttributes = ['login', 'email', 'firstName', 'lastName'];

/** @throws ApiError E0000001 */
export function checkProfile(org: Org, profile: Readonly<Record<string, unknown>>): void {
  const causes = Object.entries(profile).flatMap(([name, value]) => checkAttribute(org, name, value));
  for (const name of requiredAttributes) {
    if (typeof profile[name] !== 'string' || profile[name] === '')
      causes.push(`${name}: The field cannot be left blank`);
  }
  if (causes.length > 0) throw invalid(causes[0]?.split(':')[0] ?? 'profile', causes);
}

function checkAttribute(org: Org, name: string, value: unknown): string[] {
  const attribute = org.attributes.get(name) ?? (baseAttributes.includes(name) ? { type: 'string' } : undefined);
  if (attribute === undefined) return [`${name}: The property is not part of the schema`];
  if (attribute.type !== 'string') return [];
  if (typeof value !== 'string') return [`${name}: The value is not of type string`];
  if (value.length > (attribute.maxLength ?? Number.POSITIVE_INFINITY)) return [`${name}: The field is too long`];
  if (value.length < (attribute.minLength ?? 0)) return [`${name}: The field is too short`];
  return [];
}

const ownGuard = z.object({ master: z.object({ type: z.literal('OKTA') }) });

/**
 * Refuses changes of attributes that another system sources.
 * @throws ApiError E0000023
 * @see https://help.okta.com/en-us/content/topics/users-groups-profiles/usgp-define-attribute-profile-source.htm
 */
export function checkSource(org: Org, { source, profile }: OrgUser, changed: Readonly<Record<string, unknown>>): void {
  if (source === undefined) return;
  const names = Object.keys({ ...profile, ...changed }).filter((name) => changed[name] !== profile[name]);
  if (names.some((name) => !ownGuard.safeParse(org.attributes.get(name)).success)) throw sourcedElsewhere();
}

/** Removes null attributes; Okta stores none. */
export const withoutNulls = (profile: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(profile).filter(([, value]) => value !== null));
