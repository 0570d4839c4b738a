import { z } from 'zod';
import { toIso } from '../core/units.js';
import {
  addAdministrator,
  listAdministrators,
  maxAdministrators,
  removeAdministrator,
} from '../rest/administrators.js';
import { clientTokenLifeSec } from '../rest/client-tokens.js';
import type { ApiDeps } from '../rest/deps.js';
import { adminEndpoint, type Endpoint } from '../rest/endpoint.js';
import { addedAdministratorReply, administratorsReply } from '../rest/replies/administrators.js';
import { roles } from '../rest/rights.js';

const nameField = z
  .string()
  .regex(/^[\w.@-]{1,64}$/)
  .describe('Name in the audit trail, next to what the administrator did.');

/** Creates the endpoints to add, list and remove administrators. */
export function createAdministratorEndpoints(deps: ApiDeps): Endpoint[] {
  const common = { versions: [1, 2], tag: 'Administrators', status: 200, ours: true, photos: {} } as const;
  return [
    adminEndpoint({
      ...common,
      method: 'POST',
      path: '/administrators',
      status: 201,
      right: 'configure',
      isSensitive: true,
      summary: 'Add an administrator',
      description: `Each has a key of their own. There may be ${maxAdministrators}, beside the first owner: who holds the key of the configuration, and cannot be removed.`,
      codes: ['name_taken', 'limit_reached'],
      fields: z.strictObject({
        name: nameField,
        role: z.enum(roles),
        expiresIn: z
          .int()
          .min(clientTokenLifeSec.least)
          .max(clientTokenLifeSec.most)
          .optional()
          .describe(
            'Seconds: 60 to 31,622,400 (366 days). Without it the key is good until the administrator is removed.',
          ),
      }),
      reply: addedAdministratorReply,
      async handle({ fields: { name, role, expiresIn }, administrator }) {
        const { credential, expiresAt } = await addAdministrator(
          { name, role, lifeSec: expiresIn ?? null },
          administrator,
          deps,
        );
        const key = credential.use((text) => text);
        return { name, role, key, expiresAt: expiresAt === null ? null : toIso(expiresAt) };
      },
    }),
    adminEndpoint({
      ...common,
      method: 'GET',
      path: '/administrators',
      right: 'audit',
      summary: 'List administrators',
      description: 'Whose key has expired is left out.',
      codes: [],
      fields: z.strictObject({}),
      reply: administratorsReply,
      async handle() {
        const administrators = (await listAdministrators(deps)).map(({ name, role, addedAt, expiresAt }) => ({
          name,
          role,
          addedAt: addedAt === null ? null : toIso(addedAt),
          expiresAt: expiresAt === null ? null : toIso(expiresAt),
        }));
        return { administrators };
      },
    }),
    adminEndpoint({
      ...common,
      method: 'POST',
      path: '/administrators/remove',
      right: 'configure',
      isSensitive: true,
      summary: 'Remove an administrator',
      description: 'At once.',
      codes: ['not_found'],
      fields: z.strictObject({ name: nameField }),
      reply: z.strictObject({}),
      async handle({ fields, administrator }) {
        await removeAdministrator(fields.name, administrator, deps);
        return {};
      },
    }),
  ];
}
