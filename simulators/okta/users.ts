import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import type { RequireScope } from './access.js';
import { ApiError, invalid, notFound, wrongStatus } from './errors.js';
import { emitUserEvent } from './event-delivery.js';
import { toGroupView } from './group-view.js';
import { newId } from './ids.js';
import { findUser, isoNow, type Org, type OrgUser } from './org.js';
import { sendPage } from './paging.js';
import { checkProfile, checkSource, withoutNulls } from './profile-rules.js';
import { parseUserSearch } from './user-search.js';

const changeGuard = z.object({
  profile: z.record(z.string(), z.unknown()).optional(),
  credentials: z
    .object({
      password: z
        .union([
          z.object({ value: z.string() }),
          z.object({ hook: z.object({ type: z.literal('default') }) }).transform(() => ({ value: null })),
        ])
        .optional(),
    })
    .optional(),
});

const parseChange = (body: unknown): z.infer<typeof changeGuard> => {
  const parsed = changeGuard.safeParse(body);
  if (!parsed.success) throw invalid('user', ['The request body was not understood']);
  return parsed.data;
};

export const toView = (org: Org, { id, status, created, lastUpdated, profile, source }: OrgUser) => ({
  id,
  status,
  created,
  activated: created,
  statusChanged: created,
  lastLogin: null,
  lastUpdated,
  passwordChanged: created,
  type: { id: 'otydefault' },
  profile,
  credentials: { provider: { type: source ?? 'OKTA', name: source ?? 'OKTA' } },
  _links: { self: { href: `${org.url}/api/v1/users/${id}` } },
});

const isListed = ({ status }: OrgUser): boolean => status !== 'DEPROVISIONED';

/** Parses `status eq "…"`; nothing else is supported. */
function parseFilter(filter: string): (user: OrgUser) => boolean {
  const [, status] = /^status eq "(\w+)"$/i.exec(filter) ?? [];
  if (status === undefined) {
    throw new ApiError(400, 'E0000031', 'Invalid search criteria.', ['filter: Invalid filter expression']);
  }
  return (user) => user.status === status;
}

/** Parses `id,status,profile:(city,login)`; the id is always included. */
function toProjection(fields: string): (view: ReturnType<typeof toView>) => { readonly id: string } {
  const [, inProfile = ''] = /profile:\(([^)]*)\)/.exec(fields) ?? [];
  const names = fields.replace(/profile:\([^)]*\)/, '').split(',');
  const profileNames = inProfile.split(',').map((name) => name.trim());
  return ({ id, profile, ...rest }) => ({
    id,
    ...Object.fromEntries(Object.entries(rest).filter(([name]) => names.includes(name))),
    ...(inProfile === ''
      ? {}
      : { profile: Object.fromEntries(Object.entries(profile).filter(([name]) => profileNames.includes(name))) }),
  });
}

const transitions: readonly { verb: string; from: readonly OrgUser['status'][]; to: OrgUser['status'] }[] = [
  { verb: 'deactivate', from: ['ACTIVE', 'SUSPENDED'], to: 'DEPROVISIONED' },
  { verb: 'suspend', from: ['ACTIVE'], to: 'SUSPENDED' },
  { verb: 'unsuspend', from: ['SUSPENDED'], to: 'ACTIVE' },
  { verb: 'activate', from: ['DEPROVISIONED'], to: 'ACTIVE' },
  { verb: 'reactivate', from: ['DEPROVISIONED'], to: 'ACTIVE' },
];

/**
 * Deactivated users are read-only.
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
    if (user.status === 'DEPROVISIONED' && !org.allowsUpdatesToDeactivated) throw wrongStatus();
    const kept = withoutNulls(profile);
    checkProfile(org, kept);
    checkSource(org, user, kept);
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
    const user: OrgUser = {
      id: newId('00u'),
      created: now,
      lastUpdated: now,
      profile: {},
      password: credentials?.password?.value ?? null,
      status: 'ACTIVE',
      isPasswordHooked: credentials?.password?.value === null,
    };
    change(user, profile, response);
    org.users.set(user.id, user);
    emitUserEvent(org, 'user.lifecycle.create', user);
  });
  router.get('/', requireScope('okta.users.read'), (request, response) => {
    const { filter, fields, search } = request.query;
    // Searches and filters also find deactivated users.
    const isWanted =
      search !== undefined
        ? parseUserSearch(String(search))
        : filter === undefined
          ? isListed
          : parseFilter(String(filter));
    const users = [...org.users.values()].filter(isWanted).map((user) => toView(org, user));
    sendPage(org, request, response, fields === undefined ? users : users.map(toProjection(String(fields))));
  });
  router.get('/:id', requireScope('okta.users.read'), (request, response) => {
    response.json(toView(org, find(request)));
  });
  router.get('/:id/groups', requireScope('okta.users.read'), (request, response) => {
    const { id } = find(request);
    const own = [...org.groups].filter(([, { members }]) => members.has(id));
    // The description of this list has no paging parameters, but Okta may page any list.
    if (org.pagesGroupsOfUsers) sendPage(org, request, response, own.map(toGroupView));
    else response.json(own.map(toGroupView));
  });
  router.post('/:id', requireScope('okta.users.manage'), (request, response) => {
    const user = find(request);
    change(user, { ...user.profile, ...parseChange(request.body).profile }, response);
  });
  router.put('/:id', requireScope('okta.users.manage'), (request, response) => {
    change(find(request), parseChange(request.body).profile ?? {}, response);
  });
  router.delete('/:id', requireScope('okta.users.manage'), (request, response) => {
    const user = find(request);
    // As documented: the first call deactivates, the second deletes.
    if (user.status === 'DEPROVISIONED') {
      emitUserEvent(org, 'user.lifecycle.delete.initiated', user);
      org.users.delete(user.id);
    } else {
      user.status = 'DEPROVISIONED';
      emitUserEvent(org, 'user.lifecycle.deactivate', user);
    }
    response.status(204).end();
  });
  router.delete('/:id/sessions', requireScope('okta.users.manage'), (request, response) => {
    find(request).sessionsEndedAt = isoNow(org);
    response.status(204).end();
  });
  for (const { verb, from, to } of transitions) {
    router.post(`/:id/lifecycle/${verb}`, requireScope('okta.users.manage'), (request, response) => {
      const user = find(request);
      if (!from.includes(user.status)) throw wrongStatus();
      user.status = to;
      user.lastUpdated = isoNow(org);
      emitUserEvent(org, `user.lifecycle.${verb}`, user);
      // Other operations return an empty body.
      if (verb === 'activate' || verb === 'reactivate') response.json({});
      else response.end();
    });
  }
  return router;
}
