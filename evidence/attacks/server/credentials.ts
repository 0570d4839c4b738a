import type { JsonObject } from '../../../src/core/base/json.js';
import { type Role, roles } from '../../../src/http/rest/rights.js';
import { type ClientScope, clientScopes } from '../../../src/http/rest/scopes.js';
import type { Caller, Header } from './exchange.js';

export const asClient = (token: string): readonly Header[] => [['X-Auth-Token', token]];
export const asAdministrator = (key: string): readonly Header[] => [['X-Admin-Key', key]];
export const asSession = (session: string): readonly Header[] => [['Authorization', `Bearer ${session}`]];

const everyScope = [...clientScopes];

function createIssuer(caller: Caller, owner: string) {
  const admin = asAdministrator(owner);
  const issue = (name: string, more: JsonObject = {}) =>
    caller.post('/generateToken', { name, tenant: 'default', scopes: everyScope, ...more }, admin);
  return {
    admin,
    issue,
    token: async (name: string, more?: JsonObject): Promise<string> => (await issue(name, more)).text('token'),
    administrator: async (name: string, role: Role, more: JsonObject = {}): Promise<string> =>
      (await caller.post('/administrators', { name, role, ...more }, admin)).text('key'),
    async application(name: string, more: JsonObject = {}) {
      const id = (await caller.post('/applications', { name, scopes: everyScope, ...more }, admin)).text('id');
      return { id, key: (await caller.post(`/applications/${id}/keys`, {}, admin)).text('token') };
    },
  };
}

export async function issueExpiring(caller: Caller, owner: string) {
  const { token, administrator } = createIssuer(caller, owner);
  return {
    expired: await token('expired', { expiresIn: 60 }),
    expiredAdministrator: await administrator('expired', 'owner', { expiresIn: 60 }),
  };
}

export async function issueCredentials(caller: Caller, owner: string) {
  const { admin, issue, token, administrator, application } = createIssuer(caller, owner);
  const byRole: Partial<Record<Role, string>> = {};
  for (const role of roles) byRole[role] = await administrator(`siege-${role}`, role);
  const removedAdministrator = await administrator('removed', 'owner');
  await caller.post('/administrators/remove', { name: 'removed' }, admin);
  const without: Partial<Record<ClientScope, string>> = {};
  for (const scope of clientScopes) {
    without[scope] = await token(`without ${scope}`, { scopes: everyScope.filter((each) => each !== scope) });
  }
  const revoked = await issue('revoked');
  // The token is used before its revocation, so that a cached result would be noticed.
  await caller.post('/token', {}, asClient(revoked.text('token')));
  await caller.post('/revokeToken', { id: revoked.text('id') }, admin);
  const orphan = await application('orphan');
  await caller.post(`/applications/${orphan.id}/remove`, {}, admin);
  const narrowed = await application('narrowed');
  await caller.post(`/applications/${narrowed.id}/change`, { scopes: ['screen'] }, admin);
  const exhausted = await application('exhausted', { perDay: 1 });
  await caller.post('/token', {}, asClient(exhausted.key));
  const allRoles: Readonly<Record<Role, string>> = { owner, operator: '', auditor: '', 'help-desk': '', ...byRole };
  return {
    owner,
    byRole: allRoles,
    removedAdministrator,
    client: await token('attacked'),
    legitimate: await token('legitimate'),
    without,
    rival: await token('rival', { tenant: 'rival' }),
    tenant: await token('workforce', { tenant: 'workforce' }),
    revoked: revoked.text('token'),
    ...{ orphan: orphan.key, narrowed: narrowed.key, exhausted: exhausted.key },
  };
}
