import { Router } from 'express';
import type { RequireScope } from './access.js';
import { findIn, invalidSearch } from './errors.js';
import type { Org } from './org.js';
import { sendPage } from './paging.js';
import { toGroupView, toView } from './users.js';

/** Parses `profile.name eq "…"`; nothing else is supported. */
function parseSearch(search: unknown): string | null {
  if (search === undefined) return null;
  const [, name] = /^profile\.name eq ("(?:[^"\\]|\\.)*")$/i.exec(String(search)) ?? [];
  if (name === undefined) throw invalidSearch('search: Invalid search expression');
  return JSON.parse(name);
}

/** @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Group/ */
export function createGroupsApi(org: Org, requireScope: RequireScope): Router {
  const router = Router();
  router.get('/', requireScope('okta.groups.read'), (request, response) => {
    const name = parseSearch(request.query.search);
    const found = [...org.groups].filter(([, group]) => name === null || group.name === name);
    sendPage(org, request, response, found.map(toGroupView));
  });
  router.get('/:id/users', requireScope('okta.groups.read'), (request, response) => {
    const group = findIn(org.groups, request.params.id, 'UserGroup');
    const members = [...org.users.values()].filter(({ id }) => group.members.has(id)).map((user) => toView(org, user));
    sendPage(org, request, response, members);
  });
  return router;
}
