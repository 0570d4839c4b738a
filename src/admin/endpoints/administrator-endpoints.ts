import { z } from 'zod';
import { addedAdministratorReply, administratorsReply } from '../../access/administrator-replies.js';
import {
  addAdministrator,
  listAdministrators,
  maxAdministrators,
  removeAdministrator,
} from '../../access/administrators.js';
import { clientTokenLifeSec } from '../../access/client-tokens.js';
import { roles } from '../../access/rights.js';
import type { Ports } from '../../core/deps.js';
import { adminEndpoint, type Endpoint, parseFields } from '../../http/rest/endpoint.js';

const nameField = z
  .string()
  .regex(/^[\w.@-]{1,64}$/)
  .describe('Name of the administrator in the audit trail.');

const changing = { tag: 'Administrators', right: 'configure', isSensitive: true } as const;

export function createAdministratorEndpoints(deps: Ports<'state' | 'clock' | 'random' | 'audit'>): Endpoint[] {
  return [
    adminEndpoint({
      ...changing,
      path: '/administrators',
      status: 201,
      summary: 'Add an administrator',
      description: `Each administrator has their own key. There can be at most ${maxAdministrators}, in addition to the first owner. The first owner holds the key of the configuration and cannot be removed.`,
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
            'Lifetime in seconds: 60 to 31,622,400 (366 days). If missing, the key is valid until the administrator is removed.',
          ),
      }),
      reply: addedAdministratorReply,
      async handle({ fields: { name, role, expiresIn }, administrator }) {
        const { credential, expiresAt } = await addAdministrator(
          { name, role, lifeSec: expiresIn ?? null },
          administrator,
          deps,
        );
        return { name, role, key: credential.use((text) => text), expiresAt };
      },
    }),
    adminEndpoint({
      tag: 'Administrators',
      method: 'GET',
      path: '/administrators',
      right: 'audit',
      summary: 'List administrators',
      description: 'Administrators with an expired key are not listed.',
      reply: administratorsReply,
      handle: async () => ({ administrators: await listAdministrators(deps) }),
    }),
    adminEndpoint({
      ...changing,
      summary: 'Remove an administrator',
      description: 'Takes effect immediately.',
      codes: ['not_found'],
      method: 'DELETE',
      path: '/administrators/:name',
      async handle({ param, administrator }) {
        const { name } = parseFields(z.strictObject({ name: nameField }), { name: param('name') });
        await removeAdministrator(name, administrator, deps);
      },
    }),
  ];
}
