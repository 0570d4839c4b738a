import { type CryptoKey, exportJWK, type JWK, type KeyObject } from 'jose';
import type { Fetch } from '../../src/core/ports.js';
import type { OpenIdProvider, PendingSignIn } from '../relying-party.js';
import { takeRsaPair } from '../rsa-pairs.js';
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
  status:
    | 'STAGED'
    | 'PROVISIONED'
    | 'ACTIVE'
    | 'RECOVERY'
    | 'PASSWORD_EXPIRED'
    | 'LOCKED_OUT'
    | 'SUSPENDED'
    | 'DEPROVISIONED';
  /** The directory or application that the profile comes from, which alone changes it; Okta itself where none is named. */
  source?: 'ACTIVE_DIRECTORY' | 'LDAP' | 'IMPORT';
  /** Whether the password is yet to be imported: the password import hook is asked at the first sign-in. */
  isPasswordHooked: boolean;
  /** What a security event last said of the risk. */
  riskLevel?: 'low' | 'medium' | 'high' | 'secure' | 'none';
  /** When a security event, or an administrator, last ended the sessions. */
  sessionsEndedAt?: string;
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

/** Told of what has happened in the org; it can block nothing. */
export interface EventHook {
  readonly id: string;
  name: string;
  status: 'ACTIVE' | 'INACTIVE';
  verificationStatus: 'UNVERIFIED' | 'VERIFIED';
  events: { readonly type: 'EVENT_TYPE'; readonly items: readonly string[] };
  channel: Extract<HookChannel, { type: 'HTTP' }>;
  readonly created: string;
  lastUpdated: string;
}

/** Whose Security Event Tokens the org takes, as the API tells it. */
export interface SecurityEventsProvider {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly status: 'ACTIVE' | 'INACTIVE';
  readonly settings: { readonly well_known_url: string | null; readonly issuer: string; readonly jwks_url: string };
}

/** A custom SAML application. */
export interface SamlApp {
  readonly id: string;
  readonly label: string;
  readonly audience: string;
  readonly recipient: string;
  /** Attribute statements every assertion gets. */
  readonly statements: readonly { readonly name: string; readonly values: readonly string[] }[];
  hookIds: readonly string[];
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

/** A policy rule as it was last put, and the hook that hangs on it. */
export interface PolicyRule {
  readonly id: string;
  hookId: string | null;
  definition: Readonly<Record<string, unknown>>;
}

export interface AuthorizationServer {
  readonly id: string;
  readonly name: string;
  readonly audience: string;
  readonly issuer: string;
  readonly key: SigningKey;
  readonly policy: { readonly id: string; readonly rule: PolicyRule };
  /** Further access policies, without rules: they are listed, and nothing else. */
  readonly otherPolicies: { readonly id: string; readonly name: string }[];
  /** Claims every token gets, by kind of token. */
  readonly claims: { readonly name: string; readonly value: unknown; readonly claimType: 'IDENTITY' | 'RESOURCE' }[];
  readonly refreshTokens: Map<string, { readonly userId: string; readonly clientId: string; readonly scope: string }>;
}

/**
 * An OpenID provider the org sends people to: `OIDC` at a sign-in, `IDV_STANDARD` where the account management policy asks
 * for a verified identity.
 */
export interface IdentityProvider {
  readonly id: string;
  readonly type: 'OIDC' | 'IDV_STANDARD';
  readonly name: string;
  /** "IdP Usage": the console alone shows and sets it. */
  usage: 'SSO' | 'FACTOR_ONLY';
  /** `policy.trustClaims`: whether `amr` counts; without one in the ID token the sign-in then breaks. */
  readonly trustClaims: boolean;
  /** The claim that a user name is taken from, by the template; of the profile's attributes `email` alone is there. */
  readonly userNameClaim: string;
  /** What requests are signed by: `protocol.algorithms.request.signature`; `null`: they are not. */
  readonly requestAlgorithm: string | null;
  /** Whose `sub` is whose, from the first sign-in on: by then no other claim counts. */
  readonly links: Map<string, string>;
  readonly client: OpenIdProvider;
  /** As it was sent, without the secret. */
  readonly definition: Readonly<Record<string, unknown>>;
}

/** The authenticator `external_idp`, which has people show a factor at an identity provider. */
export interface ExternalAuthenticator {
  readonly id: string;
  readonly key: 'external_idp';
  readonly name: string;
  readonly idpId: string;
}

/** A sign-in or a verification that waits for the browser to come back. */
export type PendingAtProvider = PendingSignIn & { readonly idpId: string; readonly userId: string };

/** One line of the system log. */
export interface LogEvent {
  readonly eventType: string;
  readonly published: string;
  readonly outcome: { readonly result: 'SUCCESS' | 'FAILURE'; readonly reason: string | null };
  readonly target: { readonly id: string };
  readonly debugContext: unknown;
}

/** What an event hook is told: an entry of the system log, as the API words it. */
export type OrgEvent = Readonly<Record<string, unknown>> & { readonly uuid: string; readonly eventType: string };

export interface Org {
  url: string;
  /** The org's clock, in milliseconds since 1970. */
  readonly now: () => number;
  /** How the org reaches OpenID providers. */
  readonly fetch: Fetch;
  /** How long a hook may take. */
  hookTimeoutMs: number;
  readonly users: Map<string, OrgUser>;
  /** By id. */
  readonly groups: Map<
    string,
    { readonly name: string; readonly members: Set<string>; readonly type?: 'APP_GROUP' | 'BUILT_IN' | 'OKTA_GROUP' }
  >;
  /** Whether the groups that a user is in come in pages. */
  pagesGroupsOfUsers: boolean;
  readonly attributes: Map<string, SchemaAttribute>;
  readonly hooks: Map<string, InlineHook>;
  readonly hookKeys: Map<string, HookKey>;
  readonly clients: Map<string, OrgClient>;
  readonly servers: Map<string, AuthorizationServer>;
  readonly apiTokens: Set<string>;
  readonly registrationRule: PolicyRule & { readonly policyId: string };
  readonly eventHooks: Map<string, EventHook>;
  readonly samlApps: Map<string, SamlApp>;
  readonly securityEventsProviders: Map<string, SecurityEventsProvider>;
  readonly identityProviders: Map<string, IdentityProvider>;
  readonly authenticators: Map<string, ExternalAuthenticator>;
  readonly pendingAtProvider: Map<string, PendingAtProvider>;
  /** Whether the provider of a factor is told who signs in: Okta does not document that it is. */
  sendsLoginHint: boolean;
  /** What event hooks have yet to be told, oldest first. */
  readonly pendingEvents: OrgEvent[];
  /** Events may arrive more than once; with this they do. */
  deliversTwice: boolean;
  /** Okta's option "Allow updates to deactivated users", off unless an administrator turns it on. */
  allowsUpdatesToDeactivated: boolean;
  /** The user of the browser's session that hooks are told of on a refresh in place of the token's: OKTA-869758. */
  sessionUserOnRefresh: string | null;
  /** Every how many calls of the management API one is answered with a rate limit; `null` for never. */
  limitsEvery: number | null;
  /** In how many seconds the window of such a limit ends. */
  limitResetSec: number;
  readonly log: LogEvent[];
  /** What hooks answered, oldest first; `null` where there was no answer to read. For showing: the real org keeps none. */
  readonly hookAnswers: unknown[];
}

/** An empty org. */
export const createOrg = (options: Pick<Org, 'now' | 'fetch' | 'hookTimeoutMs'>): Org => ({
  ...options,
  url: '',
  users: new Map(),
  groups: new Map(),
  pagesGroupsOfUsers: false,
  attributes: new Map(),
  hooks: new Map(),
  hookKeys: new Map(),
  clients: new Map(),
  servers: new Map(),
  apiTokens: new Set(),
  registrationRule: {
    policyId: newId('rst'),
    id: newId('rul'),
    hookId: null,
    definition: {
      name: 'Catch-all rule',
      type: 'PROFILE_ENROLLMENT',
      priority: 99,
      status: 'ACTIVE',
      system: true,
      conditions: null,
      actions: {
        profileEnrollment: {
          access: 'ALLOW',
          unknownUserAction: 'REGISTER',
          activationRequirements: { emailVerification: true },
          profileAttributes: [{ name: 'email', label: 'Email', required: true }],
        },
      },
    },
  },
  eventHooks: new Map(),
  samlApps: new Map(),
  securityEventsProviders: new Map(),
  identityProviders: new Map(),
  authenticators: new Map(),
  pendingAtProvider: new Map(),
  sendsLoginHint: false,
  pendingEvents: [],
  deliversTwice: false,
  allowsUpdatesToDeactivated: false,
  sessionUserOnRefresh: null,
  limitsEvery: 9,
  limitResetSec: 0,
  log: [],
  hookAnswers: [],
});

export const isoNow = (org: Org): string => new Date(org.now()).toISOString();

/** An RSA key under a new name, as Okta signs with. */
export async function createSigningKey(id = newId('', 43)): Promise<SigningKey> {
  const { privateKey, publicKey } = await takeRsaPair();
  return { id, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid: id, use: 'sig', alg: 'RS256' } };
}

/** A user by id or by login, as the users API takes either. */
export const findUser = (org: Org, idOrLogin: string): OrgUser | undefined =>
  org.users.get(idOrLogin) ?? findByLogin(org, idOrLogin.toLowerCase());

function findByLogin(org: Org, text: string): OrgUser | undefined {
  const loginOf = ({ profile }: OrgUser): string => String(profile.login).toLowerCase();
  const users = [...org.users.values()];
  const named = users.filter((user) => loginOf(user).startsWith(`${text}@`));
  return users.find((user) => loginOf(user) === text) ?? (named.length === 1 ? named[0] : undefined);
}
