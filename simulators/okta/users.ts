import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import type { RequireScope } from './access.js';
import { findIn, invalid, invalidSearch, notFound, parseBody, wrongStatus } from './errors.js';
import { emitUserEvent } from './event-delivery.js';
import { addUser, findUser, isoNow, type Org, type OrgGroup, type OrgUser } from './org.js';
import { sendPage } from './paging.js';
import { checkProfile, checkSource, withoutNulls } from './user-schema.js';

const term = /^profile\.([A-Za-z]+) sw ("(?:[^"\\]|\\.)*")/;

const refuse = () => invalidSearch('search: Invalid search expression');

/**
 * Parses `profile.x sw "…"` with `and`, `or` and parentheses; nothing else is supported. Names are compared without
 * case, and `sw` does not work on custom attributes.
 */
export function parseUserSearch(search: string): (user: OrgUser) => boolean {
  let rest = search;
  const take = (sign: string): boolean => {
    if (!rest.startsWith(sign)) return false;
    rest = rest.slice(sign.length);
    return true;
  };
  const takeTerm = (): ((user: OrgUser) => boolean) => {
    const [whole, name, written] = term.exec(rest) ?? [];
    if (whole === undefined || name === undefined || written === undefined) throw refuse();
    rest = rest.slice(whole.length);
    const wanted = String(JSON.parse(written)).toLowerCase();
    return ({ profile }) =>
      String(profile[name] ?? '')
        .toLowerCase()
        .startsWith(wanted);
  };
  const takeAlternative = (): ((user: OrgUser) => boolean) => {
    const isGrouped = take('(');
    const all = [takeTerm()];
    while (take(' and ')) all.push(takeTerm());
    if (isGrouped && !take(')')) throw refuse();
    return (user) => all.every((isHit) => isHit(user));
  };
  const any = [takeAlternative()];
  while (take(' or ')) any.push(takeAlternative());
  if (rest !== '') throw refuse();
  return (user) => any.some((isHit) => isHit(user));
}

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

export const toGroupView = ([id, { name, type = 'OKTA_GROUP' }]: readonly [string, OrgGroup]) => ({
  id,
  type,
  profile: { name },
});

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

/** Parses `status eq "…"` and `profile.login eq "…"`; nothing else is supported. */
function parseFilter(filter: string): (user: OrgUser) => boolean {
  const [, login] = /^profile\.login eq ("(?:[^"\\]|\\.)*")$/i.exec(filter) ?? [];
  if (login !== undefined) {
    const wanted = z.string().parse(JSON.parse(login)).toLowerCase();
    return (user) => String(user.profile.login).toLowerCase() === wanted;
  }
  const [, status] = /^status eq "(\w+)"$/i.exec(filter) ?? [];
  if (status === undefined) throw invalidSearch('filter: Invalid filter expression');
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
  { verb: 'activate', from: ['DEPROVISIONED'], to: 'ACTIVE' },
];

/**
 * Deactivated users are read-only.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/
 */
export function createUsersApi(org: Org, requireScope: RequireScope): Router {
  const router = Router();
  const find = (request: Request): OrgUser => {
    const id = String(request.params.id);
    // Okta decodes these characters before it splits the path.
    const user = /[/?]/.test(id) ? undefined : findUser(org, id);
    if (user === undefined) throw notFound(id, 'User');
    return user;
  };
  const checkChange = (profile: Record<string, unknown>, user?: OrgUser): Record<string, unknown> => {
    const kept = withoutNulls(profile);
    checkProfile(org, kept);
    const taken = findUser(org, String(kept.login));
    if (taken !== undefined && taken !== user)
      throw invalid('login', ['login: An object with this field already exists']);
    return kept;
  };
  const change = (user: OrgUser, profile: Record<string, unknown>, response: Response): void => {
    if (user.status === 'DEPROVISIONED' && !org.allowsUpdatesToDeactivated) throw wrongStatus();
    const kept = checkChange(profile, user);
    checkSource(org, user, kept);
    user.profile = kept;
    user.lastUpdated = isoNow(org);
    response.json(toView(org, user));
  };

  router.post('/', requireScope('okta.users.manage'), (request, response) => {
    const { profile = {}, credentials } = parseBody(changeGuard, request.body, 'user');
    const password = credentials?.password?.value ?? null;
    const isPasswordHooked = credentials?.password?.value === null;
    const user = addUser(org, { profile: checkChange(profile), password, isPasswordHooked });
    response.json(toView(org, user));
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
    change(user, { ...user.profile, ...parseBody(changeGuard, request.body, 'user').profile }, response);
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
      if (verb === 'activate') response.json({});
      else response.end();
    });
  }
  return router;
}

/** Parses `profile.name eq "…"` and `profile.name co "…"`; nothing else is supported. */
function parseSearch(search: unknown): (group: OrgGroup) => boolean {
  if (search === undefined) return () => true;
  const [, operator, written] = /^profile\.name (eq|co) ("(?:[^"\\]|\\.)*")$/i.exec(String(search)) ?? [];
  if (written === undefined) throw invalidSearch('search: Invalid search expression');
  const text: string = JSON.parse(written);
  if (operator === 'co') return ({ name }) => name.toLowerCase().includes(text.toLowerCase());
  return ({ name }) => name === text;
}

/** @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Group/ */
export function createGroupsApi(org: Org, requireScope: RequireScope): Router {
  const router = Router();
  router.get('/', requireScope('okta.groups.read'), (request, response) => {
    const isHit = parseSearch(request.query.search);
    const found = [...org.groups].filter(([, group]) => isHit(group));
    sendPage(org, request, response, found.map(toGroupView));
  });
  router.get('/:id/users', requireScope('okta.groups.read'), (request, response) => {
    const group = findIn(org.groups, request.params.id, 'UserGroup');
    const members = [...org.users.values()].filter(({ id }) => group.members.has(id)).map((user) => toView(org, user));
    sendPage(org, request, response, members);
  });
  return router;
}
