import { Router } from 'express';
import { z } from 'zod';
import type { RequireScope } from './access.js';
import { invalid, parseBody } from './errors.js';
import type { Org } from './org.js';
import { baseAttributes } from './profile-rules.js';

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
