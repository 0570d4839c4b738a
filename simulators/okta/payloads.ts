import { z } from 'zod';
import { type AuthorizationServer, isoNow, newId, type Org, type OrgClient, type OrgUser } from './org.js';

export interface TokenDraft {
  readonly claims: Readonly<Record<string, unknown>>;
  readonly lifetimeSec: number;
}

/** Tokens being minted. `identity` is `null` if no ID token was requested. */
export interface TokenDrafts {
  readonly identity: TokenDraft | null;
  readonly access: TokenDraft;
}

/** @see https://support.okta.com/help/s/article/list-of-reserved-claim-names */
const reservedNames = {
  access: 'acr amr as_uri cid groups rpt rsi uid username iss jti token_type ver iat exp scp auth_time'.split(' '),
  identity: 'sub aud iss jti ver iat exp idp auth_time nonce amr acr at_hash c_hash username groups'.split(' '),
};

// Okta's contract: text, integers and objects, but no bare boolean.
const claimValueGuard = z.union([z.string(), z.int(), z.record(z.string(), z.unknown())]);

const operationGuard = z.discriminatedUnion('op', [
  z.object({ op: z.enum(['add', 'replace']), path: z.string(), value: claimValueGuard }),
  z.object({ op: z.literal('remove'), path: z.string(), value: z.null().optional() }),
]);
const commandsGuard = z.array(
  z.object({
    type: z.enum(['com.okta.identity.patch', 'com.okta.access.patch']),
    value: z.array(operationGuard),
  }),
);

/**
 * Applies all commands of a token hook's answer, or none.
 * @returns `null` if one fails: Okta then mints the original tokens
 * @see
 * https://developer.okta.com/docs/api/openapi/okta-management/management/tag/InlineHook/#tag/InlineHook/operation/create-token-hook
 */
export function applyTokenCommands(drafts: TokenDrafts, commands: unknown): TokenDrafts | null {
  const parsed = commandsGuard.safeParse(commands ?? []);
  if (!parsed.success) return null;
  const patched = { ...drafts };
  for (const { type, value } of parsed.data) {
    const kind = type === 'com.okta.identity.patch' ? 'identity' : 'access';
    for (const operation of value) {
      const draft = apply(kind, patched[kind], operation);
      if (draft === null) return null;
      patched[kind] = draft;
    }
  }
  return patched;
}

function apply(
  kind: keyof TokenDrafts,
  draft: TokenDraft | null,
  operation: z.infer<typeof operationGuard>,
): TokenDraft | null {
  if (draft === null) return null;
  if (operation.path === '/token/lifetime/expiration') {
    const lifetime = operation.op === 'replace' ? z.int().min(300).max(86_400).safeParse(operation.value) : undefined;
    return lifetime?.success ? { ...draft, lifetimeSec: lifetime.data } : null;
  }
  const segment = /^\/claims\/([^/]+)$/.exec(operation.path)?.[1];
  if (segment === undefined) return null;
  const name = segment.replaceAll('~1', '/').replaceAll('~0', '~');
  const isReserved = reservedNames[kind].includes(name);
  const exists = Object.hasOwn(draft.claims, name);
  if (isReserved || exists !== (operation.op !== 'add')) return null;
  const { [name]: _, ...others } = draft.claims;
  return { ...draft, claims: operation.op === 'remove' ? others : { ...others, [name]: operation.value } };
}

/* Okta's documented hook payload. It contains five profile fields and no custom attribute. */

const envelope = (org: Org) => ({
  eventId: newId('', 22),
  eventTime: isoNow(org),
  eventTypeVersion: '1.0',
  cloudEventVersion: '0.1',
  contentType: 'application/json',
});

const toUserContext = (org: Org, { id, created, profile }: OrgUser) => ({
  id,
  passwordChanged: created,
  profile: {
    login: profile.login,
    firstName: profile.firstName,
    lastName: profile.lastName,
    locale: profile.locale ?? 'en',
    timeZone: profile.timezone ?? 'America/Los_Angeles',
  },
  _links: {
    groups: { href: `${org.url}/api/v1/users/${id}/groups` },
    factors: { href: `${org.url}/api/v1/users/${id}/factors` },
  },
});

const toRequestContext = (method: string, url: string) => ({
  id: newId('req', 25),
  method,
  url: { value: url },
  ipAddress: '127.0.0.1',
});

export interface TokenIssue {
  readonly server: AuthorizationServer;
  readonly client: OrgClient;
  readonly user: OrgUser;
  readonly grantType: string;
  readonly scope: string;
}

const toTokenView = ({ claims, lifetimeSec }: TokenDraft) => ({
  claims,
  token: { lifetime: { expiration: lifetimeSec } },
});

export function toTokenHookPayload(org: Org, issue: TokenIssue, { identity, access }: TokenDrafts) {
  const { server, client, user, grantType, scope } = issue;
  const tokenUrl = `${server.issuer}/v1/token`;
  const scopes = Object.fromEntries(scope.split(' ').map((name) => [name, { id: newId('scp'), action: 'GRANT' }]));
  const now = isoNow(org);
  return {
    ...envelope(org),
    source: tokenUrl,
    eventType: 'com.okta.oauth2.tokens.transform',
    data: {
      context: {
        request: toRequestContext('POST', tokenUrl),
        protocol: {
          type: 'OAUTH2.0',
          request: { scope, client_id: client.id, grant_type: grantType },
          issuer: { uri: server.issuer },
          client: { id: client.id, name: client.name, type: client.secret === null ? 'PUBLIC' : 'CONFIDENTIAL' },
        },
        session: toSession(user, now),
        user: toUserContext(org, user),
        policy: { id: server.policy.id, rule: { id: server.policy.rule.id } },
      },
      ...(identity === null ? {} : { identity: toTokenView(identity) }),
      access: { ...toTokenView(access), scopes },
    },
  };
}

const toSession = ({ id, profile }: OrgUser, now: string) => ({
  id: newId('102', 25),
  userId: id,
  login: profile.login,
  createdAt: now,
  expiresAt: now,
  status: 'ACTIVE',
  lastPasswordVerification: now,
  amr: ['PASSWORD'],
  idp: { id: newId('00o'), type: 'OKTA' },
  mfaActive: false,
});

/** @param user - `null` for a new user */
export const toRegistrationPayload = (org: Org, user: OrgUser | null, profile: Readonly<Record<string, unknown>>) => ({
  ...envelope(org),
  source: org.registrationRule.policyId,
  eventType: 'com.okta.user.pre-registration',
  requestType: user === null ? 'self.service.registration' : 'progressive.profile',
  data: {
    context: {
      request: toRequestContext('POST', `/idp/idx/enroll/${user === null ? 'new' : 'update'}`),
      ...(user === null ? {} : { user: toUserContext(org, user) }),
    },
    [user === null ? 'userProfile' : 'userProfileUpdate']: profile,
    action: 'ALLOW',
  },
});

export const toPasswordImportPayload = (org: Org, hookId: string, username: string, password: string) => ({
  ...envelope(org),
  source: `${org.url}/api/v1/inlineHooks/${hookId}`,
  eventType: 'com.okta.user.credential.password.import',
  data: {
    context: { request: toRequestContext('POST', '/api/v1/authn'), credential: { username, password } },
    action: { credential: 'UNVERIFIED' },
  },
});
