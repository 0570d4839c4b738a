import { type Role, roles } from '../../../src/rest/rights.js';
import { type ClientScope, clientScopes } from '../../../src/rest/scopes.js';
import type { Caller } from './caller.js';
import type { Header } from './request.js';

/** Client tokens and administrators' keys: good ones, and those that were good once. */
export interface Credentials {
  readonly owner: string;
  readonly byRole: Readonly<Record<Role, string>>;
  readonly removedAdministrator: string;
  readonly expiredAdministrator: string;
  /** Of the standard tenant, with every scope. */
  readonly client: string;
  /** As `client`, for those who are in order: nobody attacks with it. */
  readonly legitimate: string;
  /** With every scope but that. */
  readonly without: Readonly<Record<ClientScope, string>>;
  /** Of the tenant `rival`, with every scope. */
  readonly rival: string;
  /** Of the tenant `workforce`, with every scope. */
  readonly tenant: string;
  readonly revoked: string;
  readonly expired: string;
  /** The key of an application that was removed. */
  readonly orphan: string;
  /** The key of an application whose scopes were taken away but for `screen`. */
  readonly narrowed: string;
  /** The key of an application whose quota is used up. */
  readonly exhausted: string;
}

export const asClient = (token: string): readonly Header[] => [['X-Auth-Token', token]];
export const asAdministrator = (key: string): readonly Header[] => [['X-Admin-Key', key]];
export const asSession = (session: string): readonly Header[] => [['Authorization', `Bearer ${session}`]];

const everyScope = [...clientScopes];

const issue = async (
  caller: Caller,
  owner: string,
  about: {
    readonly name: string;
    readonly tenant?: string;
    readonly scopes?: readonly string[];
    readonly expiresIn?: number;
  },
) => {
  const { name, tenant = 'default', scopes = everyScope, expiresIn } = about;
  const fields = { name, tenant, scopes: [...scopes], ...(expiresIn === undefined ? {} : { expiresIn }) };
  const issued = await caller.post('/generateToken', fields, asAdministrator(owner));
  return { token: issued.text('token'), id: issued.text('id') };
};

const add = (caller: Caller, owner: string, about: { name: string; role: Role; expiresIn?: number }): Promise<string> =>
  caller.post('/administrators', about, asAdministrator(owner)).then((added) => added.text('key'));

/** Those that have expired by the time of the attack: issued by a server whose clock is a day behind. */
export async function issueExpiring(
  caller: Caller,
  owner: string,
): Promise<Pick<Credentials, 'expired' | 'expiredAdministrator'>> {
  return {
    expired: (await issue(caller, owner, { name: 'expired', expiresIn: 60 })).token,
    expiredAdministrator: await add(caller, owner, { name: 'expired', role: 'owner', expiresIn: 60 }),
  };
}

/** All others. */
export async function issueCredentials(
  caller: Caller,
  owner: string,
): Promise<Omit<Credentials, 'expired' | 'expiredAdministrator'>> {
  const admin = asAdministrator(owner);
  const tokenOf = async (name: string, more: object = {}) => (await issue(caller, owner, { name, ...more })).token;
  const byRole: Partial<Record<Role, string>> = {};
  for (const role of roles) byRole[role] = await add(caller, owner, { name: `siege-${role}`, role });
  const removedAdministrator = await add(caller, owner, { name: 'removed', role: 'owner' });
  await caller.post('/administrators/remove', { name: 'removed' }, admin);
  const without: Partial<Record<ClientScope, string>> = {};
  for (const scope of clientScopes) {
    without[scope] = await tokenOf(`without ${scope}`, { scopes: everyScope.filter((each) => each !== scope) });
  }
  const revoked = await issue(caller, owner, { name: 'revoked' });
  // It was good, and was used.
  await caller.post('/token', {}, asClient(revoked.token));
  await caller.post('/revokeToken', { id: revoked.id }, admin);
  const register = async (name: string, more: object = {}) => {
    const application = await caller.post('/applications', { name, scopes: everyScope, ...more }, admin);
    const id = application.text('id');
    const key = (await caller.post(`/applications/${id}/keys`, {}, admin)).text('token');
    return { id, key };
  };
  const orphan = await register('orphan');
  await caller.post(`/applications/${orphan.id}/remove`, {}, admin);
  const narrowed = await register('narrowed');
  await caller.post(`/applications/${narrowed.id}/change`, { scopes: ['screen'] }, admin);
  const exhausted = await register('exhausted', { perDay: 1 });
  await caller.post('/token', {}, asClient(exhausted.key));
  return {
    owner,
    removedAdministrator,
    revoked: revoked.token,
    byRole: { owner, operator: '', auditor: '', 'help-desk': '', ...byRole },
    without: {
      ...{ enrol: '', verify: '', score: '', 'content-key': '', identify: '', match: '', screen: '' },
      ...{ 'ssf.read': '', 'ssf.manage': '', ...without },
    },
    client: await tokenOf('attacked'),
    legitimate: await tokenOf('legitimate'),
    rival: await tokenOf('rival', { tenant: 'rival' }),
    tenant: await tokenOf('workforce', { tenant: 'workforce' }),
    orphan: orphan.key,
    narrowed: narrowed.key,
    exhausted: exhausted.key,
  };
}
