import { z } from 'zod/mini';
import { done, get, post } from '../../frame/call.js';
import { roles } from '../../frame/session.js';

const administratorGuard = z.object({
  name: z.string(),
  role: z.enum(roles),
  /** `null`: the first owner, who is always there. */
  addedAt: z.nullable(z.string()),
  expiresAt: z.nullable(z.string()),
});
export type Administrator = z.infer<typeof administratorGuard>;

export const listAdministrators = get('/v1/administrators', z.object({ administrators: z.array(administratorGuard) }));

/** @param fields.expiresIn - seconds; `undefined`: until removed */
export const addAdministrator = (fields: { name: string; role: string; expiresIn: number | undefined }) =>
  post('/v1/administrators', z.object({ name: z.string(), key: z.string() }), fields);

export const removeAdministrator = (name: string) => post('/v1/administrators/remove', done, { name });
