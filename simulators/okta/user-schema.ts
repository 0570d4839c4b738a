import { Router } from 'express';
import { z } from 'zod';
import type { RequireScope } from './access.js';
import { invalid, parseBody, sourcedElsewhere } from './errors.js';
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

const attributeGuard = z.looseObject({
  title: z.string().min(1),
  type: z.enum(['array', 'boolean', 'integer', 'number', 'string']),
  master: z.object({ type: z.enum(['OKTA', 'OVERRIDE', 'PROFILE_MASTER']) }).optional(),
  maxLength: z.int().min(1).nullish(),
  minLength: z.int().min(0).nullish(),
});
const changeGuard = z.object({
  definitions: z.object({
    custom: z.object({ properties: z.record(z.string(), z.union([z.null(), attributeGuard])) }),
  }),
});

const defaults = {
  scope: 'NONE',
  mutability: 'READ_WRITE',
  required: false,
  master: { type: 'PROFILE_MASTER' },
} as const;

const isSameName = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/**
 * A `null` removes a custom attribute and its values.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Schema/
 */
export function createUserSchemaApi(org: Org, requireScope: RequireScope): Router {
  const router = Router();
  const view = () => ({
    id: `${org.url}/meta/schemas/user/default`,
    $schema: 'http://json-schema.org/draft-04/schema#',
    name: 'user',
    title: 'User',
    type: 'object',
    definitions: {
      custom: { id: '#custom', type: 'object', properties: Object.fromEntries(org.attributes), required: [] },
      base: {
        id: '#base',
        type: 'object',
        properties: Object.fromEntries(baseAttributes.map((name) => [name, { title: name, type: 'string' }])),
        required: ['login', 'email', 'firstName', 'lastName'],
      },
    },
  });
  router.get('/default', requireScope('okta.schemas.read'), (_request, response) => {
    response.json(view());
  });
  router.post('/default', requireScope('okta.schemas.manage'), (request, response) => {
    const { definitions } = parseBody(changeGuard, request.body, 'schema');
    for (const [name, attribute] of Object.entries(definitions.custom.properties)) {
      if (attribute === null) {
        org.attributes.delete(name);
        for (const user of org.users.values()) delete user.profile[name];
        continue;
      }
      const neighbours = [...baseAttributes, ...[...org.attributes.keys()].filter((other) => other !== name)];
      if (!/^[A-Za-z_]\w*$/.test(name) || neighbours.some((other) => isSameName(other, name))) {
        throw invalid(name, [`${name}: The name is invalid or taken`]);
      }
      org.attributes.set(name, { ...defaults, maxLength: null, minLength: null, ...attribute });
    }
    response.json(view());
  });
  return router;
}
