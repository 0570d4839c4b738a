import { randomBytes } from 'node:crypto';
import { type CryptoKey, exportJWK, type JWK, type KeyObject } from 'jose';
import { z } from 'zod';
import type { OpenIdProvider } from '../relying-party.js';
import { takeRsaPair } from '../rsa-pairs.js';
import { createVerifier, type PasswordVerifier, type SrpExchange } from './srp.js';

export interface PoolUser {
  readonly username: string;
  readonly sub: string;
  readonly created: number;
  attributes: Map<string, string>;
  status: 'CONFIRMED' | 'FORCE_CHANGE_PASSWORD' | 'EXTERNAL_PROVIDER';
  password: PasswordVerifier | null;
  enabled: boolean;
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

export interface UserPool {
  readonly id: string;
  readonly region: string;
  readonly arn: string;
  readonly created: number;
  /** Attributes that serve as user name, such as `email`. UpdateUserPool cannot change them. */
  readonly usernameAttributes: readonly string[];
  settings: Settings;
  readonly schema: Map<string, SchemaAttribute>;
  readonly clients: Map<string, AppClient>;
  readonly users: Map<string, PoolUser>;
  readonly groups: Map<string, Set<string>>;
  readonly identityProviders: Map<string, PoolIdentityProvider>;
  readonly links: Map<string, string>;
  readonly key: { readonly id: string; readonly privateKey: KeyObject | CryptoKey; readonly publicJwk: JWK };
  readonly sessionKey: Buffer;
  readonly usedSessions: Set<string>;
  readonly accessTokens: Map<string, { readonly username: string; readonly clientId: string }>;
  readonly refreshTokens: Map<string, { readonly username: string; readonly clientId: string }>;
  readonly srpExchanges: Map<string, SrpExchange>;
  readonly invocations: Invocation[];
}

/** Returns the pool name used in SRP: the part of the pool's id after the region. */
export const srpNameOf = ({ id }: Pick<UserPool, 'id'>): string => id.slice(id.indexOf('_') + 1);

export const standardAttributes = (
  'address birthdate email family_name gender given_name locale middle_name name nickname phone_number picture ' +
  'preferred_username profile updated_at website zoneinfo'
).split(' ');

const readOnlyAttributes = ['sub', 'email_verified', 'phone_number_verified'];

export const newId = (bytes: number): string => randomBytes(bytes).toString('hex');

const toUuid = (): string => {
  const hex = newId(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
};

export async function createPool(
  region: string,
  now: number,
  settings: Settings,
  usernameAttributes: readonly string[],
): Promise<UserPool> {
  const id = `${region}_${newId(5).slice(0, 9)}`;
  const { privateKey, publicKey } = await takeRsaPair();
  const keyId = newId(16);
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
    usernameAttributes,
    settings,
    schema,
    clients: new Map(),
    users: new Map(),
    groups: new Map(),
    identityProviders: new Map(),
    links: new Map(),
    key: {
      id: keyId,
      privateKey,
      publicJwk: { ...(await exportJWK(publicKey)), kid: keyId, use: 'sig', alg: 'RS256' },
    },
    sessionKey: randomBytes(32),
    usedSessions: new Set(),
    accessTokens: new Map(),
    refreshTokens: new Map(),
    srpExchanges: new Map(),
    invocations: [],
  };
}

/** Adds a user. In a pool with e-mail sign-in, Cognito uses the `sub` as user name. */
export function addUser(pool: UserPool, given: string, attributes: ReadonlyMap<string, string>, now: number): PoolUser {
  const sub = toUuid();
  const isAlias = pool.usernameAttributes.length > 0;
  const user: PoolUser = {
    username: isAlias ? sub : given,
    sub,
    created: now,
    attributes: new Map([...attributes, ...(isAlias ? ([['email', given]] as const) : []), ['sub', sub]]),
    status: 'FORCE_CHANGE_PASSWORD',
    password: null,
    enabled: true,
  };
  pool.users.set(user.username, user);
  return user;
}

export function addFederatedUser(pool: UserPool, username: string, now: number): PoolUser {
  const sub = toUuid();
  const user: PoolUser = {
    username,
    sub,
    created: now,
    attributes: new Map([['sub', sub]]),
    status: 'EXTERNAL_PROVIDER',
    password: null,
    enabled: true,
  };
  pool.users.set(username, user);
  return user;
}

/**
 * Finds a user by name, alias or `sub`, ignoring case. Finds a federated user only by name.
 * @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminGetUser.html
 */
export function findUser(pool: UserPool, name: string): PoolUser | undefined {
  const text = name.toLowerCase();
  const users = [...pool.users.values()];
  const isAlias = pool.usernameAttributes.includes('email');
  const local = users.filter(({ status }) => status !== 'EXTERNAL_PROVIDER');
  return (
    users.find(({ username }) => username.toLowerCase() === text) ??
    local.find(({ sub, attributes }) => sub === name || (isAlias && attributes.get('email')?.toLowerCase() === text))
  );
}

export const setPassword = (pool: UserPool, user: PoolUser, password: string, permanent: boolean): void => {
  user.password = createVerifier(srpNameOf(pool), user.username, password);
  user.status = permanent ? 'CONFIRMED' : 'FORCE_CHANGE_PASSWORD';
};

const listGuard = z.array(z.string()).optional().catch(undefined);

/** Returns the attributes that a client may read or write; `null` means all. */
export const permitted = (client: AppClient, list: 'ReadAttributes' | 'WriteAttributes'): readonly string[] | null =>
  listGuard.parse(client.settings[list]) ?? null;
