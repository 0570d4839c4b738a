import type { Fetch } from '../../src/core/ports.js';
import type { OpenIdProvider } from '../relying-party.js';
import type { HookSettings } from './smart-hooks.js';
import type { CustomField } from './users.js';

export type HookType = HookSettings['type'];

export interface AccountUser {
  readonly id: number;
  username: string;
  email: string;
  firstname: string;
  lastname: string;
  password: string;
  /** User policy of the sign-in, unless a hook chooses another. */
  policyId: number;
  roleIds: readonly number[];
  readonly details: Record<string, unknown>;
  customAttributes: Record<string, string | null>;
  lastLogin: string | null;
  loggedOutAt?: string;
  /** Only status 1 (active) can sign in. */
  status: number;
  /** 1 is approved. */
  state: number;
}

export interface EnvironmentVariable {
  readonly id: string;
  readonly name: string;
  value: string;
  readonly createdAt: string;
  updatedAt: string;
}

export interface SmartHook {
  readonly id: string;
  settings: HookSettings;
  /** State of the deployment. */
  status: string;
  readonly createdAt: string;
  updatedAt: string;
}

export interface HookLog {
  readonly hookId: string;
  readonly request_id: string;
  readonly correlation_id: string;
  readonly created_at: string;
  readonly events: readonly string[];
}

export interface Login {
  readonly identifier: string;
  readonly userId: number | null;
  readonly policyId: number;
  passwordProven: boolean;
  readonly factorsLeft: string[];
}

/** Temporary token that replaces a factor. A user has one at a time, because OneLogin names one device for each user. */
export interface MfaToken {
  readonly value: string;
  readonly expiresAt: number;
  readonly reusable: boolean;
}

export interface HookRun {
  readonly type: HookType;
  readonly context: Readonly<Record<string, unknown>>;
  readonly tries: number;
  /** Return value of the function; `null` if it failed. */
  readonly answer: unknown;
  readonly failure: 'timeout' | 'exception' | 'answer' | null;
}

export const defaultPolicyId = 187_345;

export type Account = ReturnType<typeof createAccount>;

export const createAccount = (options: {
  readonly now: () => number;
  readonly fetch: Fetch;
  /** Time that a hook's function has in addition to its timeout, for slow machines. */
  readonly graceMs: number;
  readonly credentials: { readonly clientId: string; readonly clientSecret: string };
}) => ({
  ...options,
  url: '',
  /** Maximum length of a custom field's value, which OneLogin does not document. Longer values are cut off. */
  fieldMaxCharacters: Number.POSITIVE_INFINITY,
  /** Every n-th call gets 429 and may be retried at once; 0 disables this. */
  throttleEvery: 0,
  callsPerHour: 5_000,
  callsMade: 0,
  /** Start of the current rate limit hour, in milliseconds since 1970. */
  hourBegan: options.now(),
  /** Access tokens with the time of their creation. */
  tokens: new Map<string, number>(),
  users: new Map<number, AccountUser>(),
  roles: new Map<number, string>(),
  fields: [] as CustomField[],
  hooks: new Map<string, SmartHook>(),
  variables: new Map<string, EnvironmentVariable>(),
  /** User policies that ask for the password, and then for these factors at every sign-in. */
  policies: new Map([[defaultPolicyId, { id: defaultPolicyId, name: 'Default', factors: [] as readonly string[] }]]),
  logins: new Map<string, Login>(),
  /** By user. */
  mfaTokens: new Map<number, MfaToken>(),
  /** False if the API credential lacks the scopes Manage users and Manage All. */
  mayManageUsers: true,
  /** What happens to the sign-in after a failed hook. OneLogin does not document this. */
  whenHookFails: 'continue' as 'continue' | 'deny',
  /** Provider that is trusted as a factor. In the real OneLogin, only the administration console can set it. */
  trustedIdp: null as OpenIdProvider | null,
  logs: [] as HookLog[],
  runs: [] as HookRun[],
});

export function addUser(
  account: Account,
  given: Pick<AccountUser, 'username' | 'email' | 'password'> & Partial<AccountUser>,
): AccountUser {
  const usual = {
    firstname: 'Test',
    lastname: 'User',
    policyId: defaultPolicyId,
    roleIds: [],
    lastLogin: null,
    status: 1,
    state: 1,
  };
  const id = 36_216_766 + account.users.size;
  const user = { id, ...usual, details: {}, customAttributes: {}, ...given };
  account.users.set(id, user);
  return user;
}

export const isoNow = (account: Account): string => new Date(account.now()).toISOString();

export function findByIdentifier(account: Account, identifier: string): AccountUser | undefined {
  const wanted = identifier.toLowerCase();
  return [...account.users.values()].find(
    ({ username, email }) => username.toLowerCase() === wanted || email.toLowerCase() === wanted,
  );
}

export const findHook = (account: Account, type: HookType): SmartHook | undefined =>
  [...account.hooks.values()].find(({ settings }) => settings.type === type);
