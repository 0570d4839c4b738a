import { type AuthorizationServer, isoNow, newId, type Org, type OrgClient, type OrgUser } from './org.js';
import type { TokenDraft, TokenDrafts } from './token-patch.js';

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
