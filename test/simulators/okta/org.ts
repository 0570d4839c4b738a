import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { type CryptoKey, exportJWK, type JWK, type KeyObject } from 'jose';
import { newId } from './ids.js';

/*
 * The state of the simulated org: plain maps, which a test may read to see what was really stored.
 */

export interface OrgUser {
  readonly id: string;
  readonly created: string;
  lastUpdated: string;
  profile: Record<string, unknown>;
  password: string | null;
}

export interface SchemaAttribute {
  readonly type: string;
  readonly maxLength?: number | null;
  readonly minLength?: number | null;
  readonly [property: string]: unknown;
}

/** How a hook is called. `config` is as the inline hooks API takes it, secrets included. */
export type HookChannel =
  | {
      readonly type: 'HTTP';
      readonly config: {
        readonly uri: string;
        readonly headers: readonly { key: string; value: string }[];
        readonly authScheme: { type: 'HEADER'; key: string; value: string } | null;
      };
    }
  | {
      readonly type: 'OAUTH';
      readonly config: {
        readonly uri: string;
        readonly headers: readonly { key: string; value: string }[];
        readonly authType: 'client_secret_post' | 'private_key_jwt';
        readonly clientId: string;
        readonly clientSecret: string | null;
        readonly hookKeyId: string | null;
        readonly tokenUrl: string;
        readonly scope: string;
      };
    };

export interface InlineHook {
  readonly id: string;
  readonly type: string;
  name: string;
  version: string;
  status: 'ACTIVE' | 'INACTIVE';
  channel: HookChannel;
  readonly created: string;
  lastUpdated: string;
}

export interface SigningKey {
  readonly id: string;
  readonly privateKey: KeyObject | CryptoKey;
  readonly publicJwk: JWK;
}

export interface HookKey extends SigningKey {
  readonly keyId: string;
  readonly name: string;
}

/** An application of the org: a client of its authorization servers, or a service that calls the management API. */
export interface OrgClient {
  readonly id: string;
  readonly name: string;
  readonly secret: string | null;
  readonly publicJwks: readonly JWK[];
  readonly scopes: readonly string[];
  readonly requireDpop: boolean;
}

export interface AuthorizationServer {
  readonly id: string;
  readonly name: string;
  readonly audience: string;
  readonly issuer: string;
  readonly key: SigningKey;
  readonly policy: { readonly id: string; readonly rule: { readonly id: string; hookId: string | null } };
  /** Claims every token gets, by kind of token. */
  readonly claims: { readonly name: string; readonly value: unknown; readonly claimType: 'IDENTITY' | 'RESOURCE' }[];
  readonly refreshTokens: Map<string, { readonly userId: string; readonly clientId: string; readonly scope: string }>;
}

/** One line of the system log. */
export interface LogEvent {
  readonly eventType: string;
  readonly published: string;
  readonly outcome: { readonly result: 'SUCCESS' | 'FAILURE'; readonly reason: string | null };
  readonly target: { readonly id: string };
  readonly debugContext: unknown;
}

export interface Org {
  url: string;
  /** The org's clock, in milliseconds since 1970. */
  readonly now: () => number;
  /** How long a hook may take. */
  hookTimeoutMs: number;
  readonly users: Map<string, OrgUser>;
  readonly attributes: Map<string, SchemaAttribute>;
  readonly hooks: Map<string, InlineHook>;
  readonly hookKeys: Map<string, HookKey>;
  readonly clients: Map<string, OrgClient>;
  readonly servers: Map<string, AuthorizationServer>;
  readonly apiTokens: Set<string>;
  readonly registrationRule: { readonly policyId: string; readonly id: string; hookId: string | null };
  readonly log: LogEvent[];
  /** What hooks answered, oldest first; `null` where there was no answer to read. For showing: the real org keeps none. */
  readonly hookAnswers: unknown[];
}

/** An empty org. */
export const createOrg = (options: { readonly now: () => number; readonly hookTimeoutMs: number }): Org => ({
  ...options,
  url: '',
  users: new Map(),
  attributes: new Map(),
  hooks: new Map(),
  hookKeys: new Map(),
  clients: new Map(),
  servers: new Map(),
  apiTokens: new Set(),
  registrationRule: { policyId: newId('rst'), id: newId('rul'), hookId: null },
  log: [],
  hookAnswers: [],
});

export const isoNow = (org: Org): string => new Date(org.now()).toISOString();

/** A fresh RSA key, as Okta signs with. */
export async function createSigningKey(id = newId('', 43)): Promise<SigningKey> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  return { id, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid: id, use: 'sig', alg: 'RS256' } };
}

/** A user by id or by login, as the users API takes either. */
export const findUser = (org: Org, idOrLogin: string): OrgUser | undefined =>
  org.users.get(idOrLogin) ?? [...org.users.values()].find(({ profile }) => profile.login === idOrLogin);
