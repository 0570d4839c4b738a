import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import type { RequireScope } from './access.js';
import { invalid, notFound } from './errors.js';
import { newId } from './ids.js';
import { findUser, isoNow, type Org, type OrgUser } from './org.js';
import { checkProfile, withoutNulls } from './profile-rules.js';

const changeGuard = z.object({
  profile: z.record(z.string(), z.unknown()).optional(),
  credentials: z.object({ password: z.object({ value: z.string() }).optional() }).optional(),
});

const parseChange = (body: unknown): z.infer<typeof changeGuard> => {
  const parsed = changeGuard.safeParse(body);
  if (!parsed.success) throw invalid('user', ['The request body was not understood']);
  return parsed.data;
};

const toView = (org: Org, { id, created, lastUpdated, profile }: OrgUser) => ({
  id,
  status: 'ACTIVE',
  created,
  activated: created,
  statusChanged: created,
  lastLogin: null,
  lastUpdated,
  passwordChanged: created,
  type: { id: 'otydefault' },
  profile,
  credentials: { provider: { type: 'OKTA', name: 'OKTA' } },
  _links: { self: { href: `${org.url}/api/v1/users/${id}` } },
});

/**
 * The users API: create, read by id or login, change partly (POST) or wholly (PUT, which clears what it does not name).
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/
 */
export function createUsersApi(org: Org, requireScope: RequireScope): Router {
  const router = Router();
  const find = (request: Request): OrgUser => {
    const id = String(request.params.id);
    const user = findUser(org, id);
    if (user === undefined) throw notFound(id, 'User');
    return user;
  };
  const change = (user: OrgUser, profile: Record<string, unknown>, response: Response): void => {
    const kept = withoutNulls(profile);
    checkProfile(org, kept);
    const taken = findUser(org, String(kept.login));
    if (taken !== undefined && taken !== user)
      throw invalid('login', ['login: An object with this field already exists']);
    user.profile = kept;
    user.lastUpdated = isoNow(org);
    response.json(toView(org, user));
  };

  router.post('/', requireScope('okta.users.manage'), (request, response) => {
    const { profile = {}, credentials } = parseChange(request.body);
    const now = isoNow(org);
    const user = {
      id: newId('00u'),
      created: now,
      lastUpdated: now,
      profile: {},
      password: credentials?.password?.value ?? null,
    };
    change(user, profile, response);
    org.users.set(user.id, user);
  });
  router.get('/:id', requireScope('okta.users.read'), (request, response) => {
    response.json(toView(org, find(request)));
  });
  router.post('/:id', requireScope('okta.users.manage'), (request, response) => {
    const user = find(request);
    change(user, { ...user.profile, ...parseChange(request.body).profile }, response);
  });
  router.put('/:id', requireScope('okta.users.manage'), (request, response) => {
    change(find(request), parseChange(request.body).profile ?? {}, response);
  });
  return router;
}
