import { randomBytes } from 'node:crypto';
import type { JWK } from 'jose';
import type { Fetch } from '../../src/core/ports.js';
import type { OpenIdProvider } from '../relying-party.js';
import { createSigningKey, type SigningKey } from '../signing-key.js';
import type { EventHook, InlineHook } from './hooks.js';
import { type AccessCode, newCodeAuthenticator, newEnrolmentPolicies } from './recovery.js';
import type { SecurityEventsProvider } from './security-events.js';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Creates an id in Okta's format: a prefix (`00u` for users), then letters and digits up to 20 characters. */
export const newId = (prefix: string, length = 20): string =>
  prefix + Array.from(randomBytes(length - prefix.length), (byte) => letters[byte % letters.length]).join('');

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
  /** Enrolled factors, by name. */
  factors?: readonly string[];
  /** Last time that an administrator ended the sessions. */
  sessionsEndedAt?: string;
}

export interface OrgGroup {
  readonly name: string;
  readonly members: Set<string>;
  readonly type?: 'APP_GROUP' | 'BUILT_IN' | 'OKTA_GROUP';
}

export interface SchemaAttribute {
  readonly type: string;
  readonly maxLength?: number | null | undefined;
  readonly minLength?: number | null | undefined;
  readonly [property: string]: unknown;
}

export interface OrgClient {
  readonly id: string;
  readonly name: string;
  readonly secret: string | null;
  readonly publicJwks: readonly JWK[];
  readonly scopes: readonly string[];
  readonly requireDpop: boolean;
  /** Permissions of its custom role, and its standard roles; `null` for a super administrator. */
  readonly role: readonly string[] | null;
}

export interface PolicyRule {
  readonly id: string;
  hookId: string | null;
  definition: Readonly<Record<string, unknown>>;
}

/** A custom authorization server, the only kind that supports hooks. */
export interface AuthorizationServer {
  readonly id: string;
  readonly audience: string;
  readonly issuer: string;
  readonly key: SigningKey;
  status: 'ACTIVE' | 'INACTIVE';
  readonly policy: {
    readonly id: string;
    status: 'ACTIVE' | 'INACTIVE';
    clients: readonly string[];
    readonly rule: PolicyRule;
  };
  readonly claims: { readonly name: string; readonly value: unknown; readonly claimType: 'IDENTITY' | 'RESOURCE' }[];
}

/** A custom SAML application. `inlineHooks` has the hook that may change its assertions. */
export interface SamlApp {
  readonly id: string;
  readonly label: string;
  status: 'ACTIVE' | 'INACTIVE';
  inlineHooks: readonly { readonly id: string }[];
}

/** Default user profile policy if `system`, which needs no mapped applications. */
export interface RegistrationPolicy {
  readonly system: boolean;
  readonly applications: readonly string[];
}

/** An OpenID provider: `OIDC` for sign-ins, `IDV_STANDARD` for identity verification. */
export interface IdentityProvider {
  readonly id: string;
  readonly type: 'OIDC' | 'IDV_STANDARD';
  readonly name: string;
  /** "IdP Usage", visible only in the console. */
  usage: 'SSO' | 'FACTOR_ONLY';
  status: 'ACTIVE' | 'INACTIVE';
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
  status: 'ACTIVE' | 'INACTIVE';
}

export interface LogEvent {
  readonly eventType: string;
  readonly published: string;
  readonly outcome: { readonly result: 'SUCCESS' | 'FAILURE'; readonly reason: string | null };
  readonly target: { readonly id: string };
  readonly debugContext: unknown;
}

type NoteDetails = Pick<LogEvent, 'debugContext'> & Pick<LogEvent['outcome'], 'result'>;

export type OrgEvent = Readonly<Record<string, unknown>> & { readonly uuid: string; readonly eventType: string };

export type Org = ReturnType<typeof createOrg>;

export const createOrg = (options: {
  readonly now: () => number;
  readonly fetch: Fetch;
  /** Timeout of hooks. In the real Okta, it is always 3 s. */
  hookTimeoutMs: number;
}) => ({
  ...options,
  url: '',
  users: new Map<string, OrgUser>(),
  groups: new Map<string, OrgGroup>(),
  pagesGroupsOfUsers: false,
  attributes: new Map<string, SchemaAttribute>(),
  hooks: new Map<string, InlineHook>(),
  eventHooks: new Map<string, EventHook>(),
  clients: new Map<string, OrgClient>(),
  servers: new Map<string, AuthorizationServer>(),
  samlApps: new Map<string, SamlApp>(),
  apiTokens: new Set<string>(),
  registrationRule: toRegistrationRule(),
  securityEventsProviders: new Map<string, SecurityEventsProvider>(),
  identityProviders: new Map<string, IdentityProvider>(),
  authenticators: new Map<string, ExternalAuthenticator>(),
  /** The Temporary Access Code authenticator. `null` if it was not added. */
  codeAuthenticator: newCodeAuthenticator() as ReturnType<typeof newCodeAuthenticator> | null,
  /** Temporary Access Codes, by the id of the user, who can have one. */
  codes: new Map<string, AccessCode>(),
  enrolmentPolicies: newEnrolmentPolicies(),
  /** Administrator roles of users and groups. */
  roles: [] as { readonly type: string; readonly label: string; readonly holder: string }[],
  pendingEvents: [] as OrgEvent[],
  /** Okta's option "Allow updates to deactivated users", off by default. */
  allowsUpdatesToDeactivated: false,
  log: [] as LogEvent[],
  /** Hook answers for display, oldest first; `null` if unreadable. The real org stores none. */
  hookAnswers: [] as unknown[],
});

const toRegistrationRule = (): PolicyRule & { readonly policyId: string; policy: RegistrationPolicy } => ({
  policy: { system: true, applications: [] },
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
});

export const toRuleView = ({ url }: Org, { id, definition }: PolicyRule) => ({
  id,
  ...definition,
  _links: { self: { href: `${url}/rules/${id}` } },
});

export async function addAuthorizationServer(org: Org, id: string, audience: string): Promise<void> {
  const definition = {
    name: 'Default Policy Rule',
    type: 'RESOURCE_ACCESS',
    status: 'ACTIVE',
    priority: 1,
    system: false,
    conditions: {
      people: { users: { include: [] }, groups: { include: ['EVERYONE'] } },
      grantTypes: { include: ['authorization_code', 'password', 'client_credentials'] },
      scopes: { include: ['*'] },
    },
    actions: {
      token: { accessTokenLifetimeMinutes: 60, refreshTokenLifetimeMinutes: 0, refreshTokenWindowMinutes: 10_080 },
    },
  };
  const rule = { id: newId('0pr'), hookId: null, definition };
  const policy = { id: newId('00p'), status: 'ACTIVE' as const, clients: ['ALL_CLIENTS'], rule };
  const key = await createSigningKey(newId('', 43));
  org.servers.set(id, { id, audience, issuer: `${org.url}/oauth2/${id}`, key, status: 'ACTIVE', policy, claims: [] });
}

export const isoNow = (org: Org): string => new Date(org.now()).toISOString();

export function addUser(org: Org, user: Pick<OrgUser, 'profile' | 'password' | 'isPasswordHooked'>): OrgUser {
  const now = isoNow(org);
  const added: OrgUser = { id: newId('00u'), created: now, lastUpdated: now, status: 'ACTIVE', ...user };
  org.users.set(added.id, added);
  return added;
}

/** Adds to the system log. An outcome without a reason is a success. */
export function note(
  org: Org,
  eventType: string,
  id: string,
  reason: string | null,
  { result = reason === null ? 'SUCCESS' : 'FAILURE', debugContext = null }: Partial<NoteDetails> = {},
): void {
  org.log.push({ eventType, published: isoNow(org), outcome: { result, reason }, target: { id }, debugContext });
}

export const findUser = (org: Org, idOrLogin: string): OrgUser | undefined =>
  org.users.get(idOrLogin) ?? findByLogin(org, idOrLogin.toLowerCase());

function findByLogin(org: Org, text: string): OrgUser | undefined {
  const loginOf = ({ profile }: OrgUser): string => String(profile.login).toLowerCase();
  const users = [...org.users.values()];
  const named = users.filter((user) => loginOf(user).startsWith(`${text}@`));
  return users.find((user) => loginOf(user) === text) ?? (named.length === 1 ? named[0] : undefined);
}
