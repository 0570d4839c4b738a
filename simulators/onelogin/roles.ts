import { Router } from 'express';
import { z } from 'zod';
import type { Account } from './account.js';
import { badRequest, findIn } from './errors.js';

// Accepts only the parameters that this project sends.
const listGuard = z.strictObject({
  name: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});

/** @see https://developers.onelogin.com/api-docs/2/roles/list-roles */
export function createRolesApi(account: Account): Router {
  const router = Router();
  router.get('/', (request, response) => {
    const query = listGuard.safeParse(request.query);
    if (!query.success) throw badRequest('query parameter(s) not allowed');
    const wanted = query.data.name?.toLowerCase();
    const found = [...account.roles].filter(([, name]) => wanted === undefined || name.toLowerCase().includes(wanted));
    response.json(found.slice(0, query.data.limit).map(([id, name]) => ({ id, name })));
  });
  router.get('/:id', (request, response) => {
    const id = Number(request.params.id);
    const name = findIn(account.roles, id);
    const users = [...account.users.values()].filter(({ roleIds }) => roleIds.includes(id));
    response.json({ id, name, apps: [], users: users.map((user) => user.id), admins: [] });
  });
  return router;
}
