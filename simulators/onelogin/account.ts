import type { Fetch } from '../../src/core/ports.js';
import type { OpenIdProvider, PendingSignIn } from '../relying-party.js';

/*
 * The state of the simulated account: plain maps, which a test may read to see what was really stored.
 */

export type HookType = 'pre-authentication' | 'user-migration';

export interface AccountUser {
  readonly id: number;
  username: string;
  email: string;
  firstname: string;
  lastname: string;
  password: string;
  /** The user policy the user has while no hook chooses another. */
  policyId: number;
  roleIds: readonly number[];
  /** Other fields that an administrator filled in, such as `phone`. */
  readonly details: Record<string, unknown>;
  customAttributes: Record<string, string | null>;
  lastLogin: string | null;
  loggedOutAt?: string;
  /** 1 is active; nobody else signs in. */
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

/** What an administrator sends of a hook. */
export interface HookSettings {
  readonly type: HookType;
  /** Base64. */
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
  /** What a user proves after the password; empty is the password alone. */
  factors: readonly string[];
  /** 0: at every login; 1: on unknown browsers only. */
  otpTriggerCondition: 0 | 1;
  /** 1: the password, then the factor; 3: the factor alone. */
  loginFlow: 1 | 3;
}

/** One sign-in that has been begun, by its state token. */
export interface Login {
  readonly identifier: string;
  readonly userId: number | null;
  readonly policyId: number;
  passwordProven: boolean;
  readonly factorsLeft: string[];
}

/** One run of a hook, as the account saw it. For tests: the real account shows its log only. */
export interface HookRun {
  readonly type: HookType;
  readonly context: Readonly<Record<string, unknown>>;
  readonly tries: number;
  /** What the function returned; `null` where it failed. */
  readonly answer: unknown;
  readonly failure: 'timeout' | 'exception' | 'answer' | null;
}

export interface Account {
  url: string;
  /** The account's clock, in milliseconds since 1970. */
  readonly now: () => number;
  /** How the account reaches its trusted provider. */
  readonly fetch: Fetch;
  /** OneLogin does not say what becomes of a sign-in whose hook failed. */
  whenHookFails: 'continue' | 'deny';
  /** OneLogin does not say how much a custom field holds: what is over is cut off. */
  fieldMaxCharacters: number;
  /** Whether the account has the policies API, which the documentation does not list. */
  hasPoliciesApi: boolean;
  /** Each so many-th call is refused with 429, to be sent again at once; 0 is none. */
  throttleEvery: number;
  callsPerHour: number;
  callsMade: number;
  /** When the hour of the rate limit began, in milliseconds since 1970. */
  hourBegan: number;
  readonly credentials: { readonly clientId: string; clientSecret: string };
  readonly tokens: Map<string, { readonly createdAt: number; revoked: boolean }>;
  readonly users: Map<number, AccountUser>;
  /** Names of roles, by id. */
  readonly roles: Map<number, string>;
  readonly fields: CustomField[];
  readonly hooks: Map<string, SmartHook>;
  readonly variables: Map<string, EnvironmentVariable>;
  readonly policies: Map<number, UserPolicy>;
  readonly logins: Map<string, Login>;
  /** The trusted provider that is a factor: the console alone sets it. */
  trustedIdp: OpenIdProvider | null;
  readonly pendingAtTrustedIdp: Map<string, PendingSignIn & { readonly userId: number }>;
  readonly logs: HookLog[];
  readonly runs: HookRun[];
}

/** The user policy of whoever has no other. */
export const defaultPolicyId = 187_345;

/** An account with its default policy, and nothing else in it. */
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

/** A user by what a person types: username or e-mail address, in any case. */
export function findByIdentifier(account: Account, identifier: string): AccountUser | undefined {
  const wanted = identifier.toLowerCase();
  return [...account.users.values()].find(
    ({ username, email }) => username.toLowerCase() === wanted || email.toLowerCase() === wanted,
  );
}

/** The hook of a type, whether enabled or not: an account has one of each at most. */
export const findHook = (account: Account, type: HookType): SmartHook | undefined =>
  [...account.hooks.values()].find(({ settings }) => settings.type === type);
