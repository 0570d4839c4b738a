import { randomBytes, randomUUID } from 'node:crypto';
import type { OpenIdProvider } from '../relying-party.js';
import { createSigningKey } from '../signing-key.js';
import type { PasswordVerifier, SrpExchange } from './srp.js';

export interface PoolUser {
  readonly username: string;
  readonly sub: string;
  readonly created: number;
  attributes: Map<string, string>;
  status: 'CONFIRMED' | 'FORCE_CHANGE_PASSWORD' | 'RESET_REQUIRED' | 'UNCONFIRMED' | 'EXTERNAL_PROVIDER';
  password: PasswordVerifier | null;
  passwordSetAt: number;
  enabled: boolean;
  /** Second factors that are on: `SMS_MFA`, `SOFTWARE_TOKEN_MFA`, `EMAIL_OTP`. */
  factors: readonly string[];
}

export type Settings = Record<string, unknown>;

export interface AppClient {
  readonly id: string;
  readonly created: number;
  settings: Settings;
}

export interface SchemaAttribute {
  readonly Name: string;
  readonly AttributeDataType: string;
  readonly Mutable: boolean;
  readonly Required: boolean;
  readonly StringAttributeConstraints?: { readonly MinLength?: string; readonly MaxLength?: string };
  readonly [property: string]: unknown;
}

export interface PoolIdentityProvider {
  readonly name: string;
  readonly client: OpenIdProvider;
  readonly mapping: Readonly<Record<string, string>>;
  readonly definition: Settings;
}

export interface Invocation {
  readonly trigger: string;
  readonly event: unknown;
  readonly outcome: 'answered' | 'threw' | 'timed_out' | 'refused';
  readonly response: unknown;
}

export type UserPool = Awaited<ReturnType<typeof createPool>>;

/** Returns the pool name used in SRP: the part of the pool's id after the region. */
export const srpNameOf = ({ id }: Pick<UserPool, 'id'>): string => id.slice(id.indexOf('_') + 1);

export const standardAttributes = (
  'address birthdate email family_name gender given_name locale middle_name name nickname phone_number picture ' +
  'preferred_username profile updated_at website zoneinfo'
).split(' ');

const readOnlyAttributes = ['sub', 'email_verified', 'phone_number_verified'];

export const newId = (bytes: number): string => randomBytes(bytes).toString('hex');

export async function createPool(region: string, now: number, settings: Settings) {
  const id = `${region}_${newId(5).slice(0, 9)}`;
  const schema = new Map<string, SchemaAttribute>(
    [...standardAttributes, ...readOnlyAttributes].map((Name) => [
      Name,
      { Name, AttributeDataType: 'String', Mutable: Name !== 'sub', Required: Name === 'sub' },
    ]),
  );
  return {
    id,
    region,
    arn: `arn:aws:cognito-idp:${region}:123456789012:userpool/${id}`,
    created: now,
    settings,
    schema,
    clients: new Map<string, AppClient>(),
    users: new Map<string, PoolUser>(),
    groups: new Map<string, Set<string>>(),
    identityProviders: new Map<string, PoolIdentityProvider>(),
    links: new Map<string, string>(),
    key: await createSigningKey(newId(16)),
    sessionKey: randomBytes(32),
    usedSessions: new Set<string>(),
    /** User names by token. */
    accessTokens: new Map<string, string>(),
    refreshTokens: new Map<string, string>(),
    srpExchanges: new Map<string, SrpExchange>(),
    invocations: [] as Invocation[],
    /** Operations that the caller's IAM policy does not allow. */
    denied: new Set<string>(),
  };
}

type UserGiven = Partial<Pick<PoolUser, 'created' | 'status' | 'attributes'>>;

export function newUser(username: string, given: UserGiven = {}): PoolUser {
  const sub = randomUUID();
  const attributes = new Map([...(given.attributes ?? []), ['sub', sub]]);
  const usual = { created: Date.now(), status: 'FORCE_CHANGE_PASSWORD', password: null, enabled: true } as const;
  return { username, sub, ...usual, passwordSetAt: 0, factors: [], ...given, attributes };
}

export function addUser(pool: UserPool, username: string, given?: UserGiven): PoolUser {
  const user = newUser(username, given);
  pool.users.set(username, user);
  return user;
}

/**
 * Finds a user by name or `sub`, ignoring case. Finds a federated user only by name.
 * @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminGetUser.html
 */
export function findUser(pool: UserPool, name: string): PoolUser | undefined {
  const text = name.toLowerCase();
  const users = [...pool.users.values()];
  const local = users.filter(({ status }) => status !== 'EXTERNAL_PROVIDER');
  return users.find(({ username }) => username.toLowerCase() === text) ?? local.find(({ sub }) => sub === name);
}
