import { type CryptoKey, exportJWK, type JWK, type KeyObject } from 'jose';
import type { Fetch } from '../../src/core/ports.js';
import type { OpenIdProvider, PendingSignIn } from '../relying-party.js';
import { takeRsaPair } from '../rsa-pairs.js';
import { newId } from './ids.js';

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
  /** System that sources the profile and alone may change it; Okta itself if omitted. */
  source?: 'ACTIVE_DIRECTORY' | 'LDAP' | 'IMPORT';
  isPasswordHooked: boolean;
  riskLevel?: 'low' | 'medium' | 'high' | 'secure' | 'none';
  /** Last time that a security event or administrator ended the sessions. */
  sessionsEndedAt?: string;
}

export interface SchemaAttribute {
  readonly type: string;
  readonly maxLength?: number | null;
  readonly minLength?: number | null;
  readonly [property: string]: unknown;
}

/** `config` has the fields of the inline hooks API, and the secrets. */
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

export interface SecurityEventsProvider {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly status: 'ACTIVE' | 'INACTIVE';
  readonly settings: { readonly well_known_url: string | null; readonly issuer: string; readonly jwks_url: string };
}

export interface SamlApp {
  readonly id: string;
  readonly label: string;
  readonly audience: string;
  readonly recipient: string;
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

export interface OrgClient {
  readonly id: string;
  readonly name: string;
  readonly secret: string | null;
  readonly publicJwks: readonly JWK[];
  readonly scopes: readonly string[];
  readonly requireDpop: boolean;
}

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
  readonly otherPolicies: { readonly id: string; readonly name: string }[];
  readonly claims: { readonly name: string; readonly value: unknown; readonly claimType: 'IDENTITY' | 'RESOURCE' }[];
  readonly refreshTokens: Map<string, { readonly userId: string; readonly clientId: string; readonly scope: string }>;
}

/** An OpenID provider: `OIDC` for sign-ins, `IDV_STANDARD` for identity verification. */
export interface IdentityProvider {
  readonly id: string;
  readonly type: 'OIDC' | 'IDV_STANDARD';
  readonly name: string;
  /** "IdP Usage", visible only in the console. */
  usage: 'SSO' | 'FACTOR_ONLY';
  /** `policy.trustClaims`: if true, only `amr` proves factors, and an ID token without `amr` fails the sign-in. */
  readonly trustClaims: boolean;
  /** Claim with the user name, from the template. Only the profile attribute `email` is supported. */
  readonly userNameClaim: string;
  /** `protocol.algorithms.request.signature`; `null` if requests are not signed. */
  readonly requestAlgorithm: string | null;
  /** Linked users by `sub`. After the first sign-in, Okta finds the user only by this claim. */
  readonly links: Map<string, string>;
  readonly client: OpenIdProvider;
  /** Definition as the API caller sent it, without the client secret. */
  readonly definition: Readonly<Record<string, unknown>>;
}

export interface ExternalAuthenticator {
  readonly id: string;
  readonly key: 'external_idp';
  readonly name: string;
  readonly idpId: string;
}

export type PendingAtProvider = PendingSignIn & { readonly idpId: string; readonly userId: string };

export interface LogEvent {
  readonly eventType: string;
  readonly published: string;
  readonly outcome: { readonly result: 'SUCCESS' | 'FAILURE'; readonly reason: string | null };
  readonly target: { readonly id: string };
  readonly debugContext: unknown;
}

export type OrgEvent = Readonly<Record<string, unknown>> & { readonly uuid: string; readonly eventType: string };

export interface Org {
  url: string;
  readonly now: () => number;
  readonly fetch: Fetch;
  hookTimeoutMs: number;
  readonly users: Map<string, OrgUser>;
  readonly groups: Map<
    string,
    { readonly name: string; readonly members: Set<string>; readonly type?: 'APP_GROUP' | 'BUILT_IN' | 'OKTA_GROUP' }
  >;
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
  /** True if the org sends a login hint to the factor provider, which Okta does not document. */
  sendsLoginHint: boolean;
  readonly pendingEvents: OrgEvent[];
  /** True to deliver each event twice, as Okta may. */
  deliversTwice: boolean;
  /** Okta's option "Allow updates to deactivated users", off by default. */
  allowsUpdatesToDeactivated: boolean;
  /**
   * If set, hooks get this user on a token refresh, instead of the token's user. Simulates Okta's bug OKTA-869758, by
   * which hooks get the user of the browser session.
   */
  sessionUserOnRefresh: string | null;
  /** Rate-limits every n-th management call; `null` disables it. */
  limitsEvery: number | null;
  /** Seconds until that rate limit resets. */
  limitResetSec: number;
  readonly log: LogEvent[];
  /** Hook answers for display, oldest first; `null` if unreadable. The real org stores none. */
  readonly hookAnswers: unknown[];
}

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

export async function createSigningKey(id = newId('', 43)): Promise<SigningKey> {
  const { privateKey, publicKey } = await takeRsaPair();
  return { id, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid: id, use: 'sig', alg: 'RS256' } };
}

export const findUser = (org: Org, idOrLogin: string): OrgUser | undefined =>
  org.users.get(idOrLogin) ?? findByLogin(org, idOrLogin.toLowerCase());

function findByLogin(org: Org, text: string): OrgUser | undefined {
  const loginOf = ({ profile }: OrgUser): string => String(profile.login).toLowerCase();
  const users = [...org.users.values()];
  const named = users.filter((user) => loginOf(user).startsWith(`${text}@`));
  return users.find((user) => loginOf(user) === text) ?? (named.length === 1 ? named[0] : undefined);
}
