import { type Role, roles } from '../../../src/access/rights.js';
import { type ClientScope, clientScopes } from '../../../src/access/scopes.js';
import type { JsonObject } from '../../../src/core/base/json.js';
import type { Caller, Header } from './exchange.js';

export const asClient = (token: string): readonly Header[] => [['X-Auth-Token', token]];
export const asAdministrator = (key: string): readonly Header[] => [['X-Admin-Key', key]];
export const asSession = (session: string): readonly Header[] => [['Authorization', `Bearer ${session}`]];

const everyScope = [...clientScopes];

function createIssuer(admin: Caller) {
  const issue = (name: string, more: JsonObject = {}) =>
    admin.post('/generateToken', { name, tenant: 'default', scopes: everyScope, replay: 'none', ...more });
  return {
    issue,
    token: async (name: string, more?: JsonObject): Promise<string> => (await issue(name, more)).text('token'),
    administrator: async (name: string, role: Role, more: JsonObject = {}): Promise<string> =>
      (await admin.post('/administrators', { name, role, ...more })).text('key'),
    async application(name: string, more: JsonObject = {}) {
      const id = (await admin.post('/applications', { name, scopes: everyScope, ...more })).text('id');
      return { id, key: (await admin.post(`/applications/${id}/keys`, {})).text('token') };
    },
  };
}

export async function issueExpiring(admin: Caller) {
  const { token, administrator } = createIssuer(admin);
  return {
    expired: await token('expired', { expiresIn: 60 }),
    expiredAdministrator: await administrator('expired', 'owner', { expiresIn: 60 }),
  };
}

export async function issueCredentials(admin: Caller) {
  const { issue, token, administrator, application } = createIssuer(admin);
  const byRole: Record<Role, string> = { owner: '', operator: '', auditor: '', 'help-desk': '' };
  for (const role of roles) byRole[role] = await administrator(`siege-${role}`, role);
  const removedAdministrator = await administrator('removed', 'owner');
  await admin.delete('/administrators/removed');
  const without: Partial<Record<ClientScope, string>> = {};
  for (const scope of clientScopes) {
    without[scope] = await token(`without ${scope}`, { scopes: everyScope.filter((each) => each !== scope) });
  }
  const revoked = await issue('revoked');
  // The token is used before its revocation, so that a cached result would be noticed.
  await admin.post('/token', {}, asClient(revoked.text('token')));
  await admin.post('/revokeToken', { id: revoked.text('id') });
  const orphan = await application('orphan');
  await admin.delete(`/applications/${orphan.id}`);
  const narrowed = await application('narrowed');
  await admin.patch(`/applications/${narrowed.id}`, { scopes: ['screen'] });
  const exhausted = await application('exhausted', { perDay: 1 });
  await admin.post('/token', {}, asClient(exhausted.key));
  return {
    byRole,
    removedAdministrator,
    without,
    client: await token('attacked'),
    legitimate: await token('legitimate'),
    rival: await token('rival', { tenant: 'rival' }),
    tenant: await token('workforce', { tenant: 'workforce' }),
    revoked: revoked.text('token'),
    orphan: orphan.key,
    narrowed: narrowed.key,
    exhausted: exhausted.key,
  };
}
