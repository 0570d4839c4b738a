import { z } from 'zod/mini';
import { rights, signedInRoles } from '../../../src/rest/rights.js';
import { done, get, post } from './call.js';

const sessionGuard = z.object({
  name: z.string(),
  role: z.enum(signedInRoles),
  rights: z.array(z.enum(rights)),
  /** Whether it was begun with an administrator's key. */
  byKey: z.boolean(),
  /** Sent with every request. */
  token: z.string(),
  endsAt: z.string(),
});

/** Who is signed in here. */
export type Session = z.infer<typeof sessionGuard>;
export type { Right, Role } from '../../../src/rest/rights.js';
export { roles } from '../../../src/rest/rights.js';

/** Who is signed in, and whether one can sign in at the company's provider. */
export const readSession = get(
  '/console/api/session',
  z.object({ ways: z.object({ provider: z.boolean() }), session: z.nullable(sessionGuard) }),
);
export const signInByKey = (key: string) => post('/console/api/sign-in/key', done, { key });
export const signOut = post('/console/api/sign-out', done);
export const beginFaceCheck = (to: string) => post('/console/api/face-check', z.object({ url: z.string() }), { to });
export const finishFaceCheck = post('/console/api/face-check/done', done);
