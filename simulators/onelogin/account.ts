import type { Fetch } from '../../src/core/ports.js';
import type { OpenIdProvider, PendingSignIn } from '../relying-party.js';

export type HookType = 'pre-authentication' | 'user-migration';

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
}

export interface CustomField {
  readonly id: number;
  name: string;
  shortname: string;
  readonly position: number;
}

export interface EnvironmentVariable {
  readonly id: string;
  readonly name: string;
  value: string;
  readonly createdAt: string;
  updatedAt: string;
}

export interface HookCondition {
  readonly source: 'roles';
  readonly operator: '~';
  readonly value: string;
}

export interface HookSettings {
  readonly type: HookType;
  readonly function: string;
  readonly disabled: boolean;
  readonly runtime: string;
  readonly timeout: number;
  readonly retries: number;
  readonly context_version?: string | undefined;
  readonly options?: Readonly<Record<string, boolean | undefined>> | undefined;
  readonly env_vars: readonly string[];
  readonly packages: Readonly<Record<string, string>>;
  readonly conditions?: readonly HookCondition[] | undefined;
}

export interface SmartHook {
  readonly id: string;
  settings: HookSettings;
  status: 'ready' | 'create-running' | 'update-running';
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

export interface UserPolicy {
  readonly id: number;
  name: string;
  /** Factors after the password; empty means password only. */
  factors: readonly string[];
  /** 0 requires a factor at every sign-in, 1 only in unknown browsers. */
  otpTriggerCondition: 0 | 1;
  /** 1 asks for the password and then a factor, 3 for a factor only. */
  loginFlow: 1 | 3;
}

export interface Login {
  readonly identifier: string;
  readonly userId: number | null;
  readonly policyId: number;
  passwordProven: boolean;
  readonly factorsLeft: string[];
}

export interface HookRun {
  readonly type: HookType;
  readonly context: Readonly<Record<string, unknown>>;
  readonly tries: number;
  /** Return value of the function; `null` if it failed. */
  readonly answer: unknown;
  readonly failure: 'timeout' | 'exception' | 'answer' | null;
}

export interface Account {
  url: string;
  readonly now: () => number;
  readonly fetch: Fetch;
  /** What happens to the sign-in after a failed hook. OneLogin does not document this. */
  whenHookFails: 'continue' | 'deny';
  /** Maximum length of a custom field's value, which OneLogin does not document. Longer values are cut off. */
  fieldMaxCharacters: number;
  hasPoliciesApi: boolean;
  /** Every n-th call gets 429 and may be retried at once; 0 disables this. */
  throttleEvery: number;
  callsPerHour: number;
  callsMade: number;
  /** Start of the current rate limit hour, in milliseconds since 1970. */
  hourBegan: number;
  readonly credentials: { readonly clientId: string; clientSecret: string };
  readonly tokens: Map<string, { readonly createdAt: number; revoked: boolean }>;
  readonly users: Map<number, AccountUser>;
  readonly roles: Map<number, string>;
  readonly fields: CustomField[];
  readonly hooks: Map<string, SmartHook>;
  readonly variables: Map<string, EnvironmentVariable>;
  readonly policies: Map<number, UserPolicy>;
  readonly logins: Map<string, Login>;
  /** Provider that is trusted as a factor. In the real OneLogin, only the administration console can set it. */
  trustedIdp: OpenIdProvider | null;
  readonly pendingAtTrustedIdp: Map<string, PendingSignIn & { readonly userId: number }>;
  readonly logs: HookLog[];
  readonly runs: HookRun[];
}

export const defaultPolicyId = 187_345;

export const createAccount = (options: {
  readonly now: () => number;
  readonly fetch: Fetch;
  readonly clientId: string;
  readonly clientSecret: string;
}): Account => ({
  url: '',
  now: options.now,
  fetch: options.fetch,
  whenHookFails: 'continue',
  fieldMaxCharacters: Number.POSITIVE_INFINITY,
  hasPoliciesApi: true,
  throttleEvery: 0,
  callsPerHour: 5_000,
  callsMade: 0,
  hourBegan: options.now(),
  credentials: { clientId: options.clientId, clientSecret: options.clientSecret },
  tokens: new Map(),
  users: new Map(),
  roles: new Map(),
  fields: [],
  hooks: new Map(),
  variables: new Map(),
  policies: new Map([
    [defaultPolicyId, { id: defaultPolicyId, name: 'Default', factors: [], otpTriggerCondition: 0, loginFlow: 1 }],
  ]),
  logins: new Map(),
  trustedIdp: null,
  pendingAtTrustedIdp: new Map(),
  logs: [],
  runs: [],
});

export const isoNow = (account: Account): string => new Date(account.now()).toISOString();

export function findByIdentifier(account: Account, identifier: string): AccountUser | undefined {
  const wanted = identifier.toLowerCase();
  return [...account.users.values()].find(
    ({ username, email }) => username.toLowerCase() === wanted || email.toLowerCase() === wanted,
  );
}

export const findHook = (account: Account, type: HookType): SmartHook | undefined =>
  [...account.hooks.values()].find(({ settings }) => settings.type === type);
