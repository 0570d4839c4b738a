import { newId } from './ids.js';
import { type AuthorizationServer, isoNow, type Org, type OrgClient, type OrgUser, type SamlApp } from './org.js';
import type { SamlAssertion } from './saml-patch.js';
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
  readonly user: OrgUser | null;
  readonly grantType: string;
  readonly scope: string;
  readonly refreshToken: string | null;
}

const toTokenView = ({ claims, lifetimeSec }: TokenDraft) => ({
  claims,
  token: { lifetime: { expiration: lifetimeSec } },
});

export function toTokenHookPayload(org: Org, issue: TokenIssue, { identity, access }: TokenDrafts) {
  const { server, client, user, grantType, scope, refreshToken } = issue;
  const tokenUrl = `${server.issuer}/v1/token`;
  const scopes = Object.fromEntries(scope.split(' ').map((name) => [name, { id: newId('scp'), action: 'GRANT' }]));
  const now = isoNow(org);
  const isRefresh = grantType === 'refresh_token';
  const contextUser = (isRefresh ? org.users.get(org.sessionUserOnRefresh ?? '') : undefined) ?? user;
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
          ...(isRefresh ? { OriginalGrant: { refresh_token: { jti: refreshToken } } } : {}),
          issuer: { uri: server.issuer },
          client: { id: client.id, name: client.name, type: client.secret === null ? 'PUBLIC' : 'CONFIDENTIAL' },
        },
        ...(user === null || isRefresh ? {} : { session: toSession(user, now) }),
        ...(contextUser === null ? {} : { user: toUserContext(org, contextUser) }),
        policy: { id: server.policy.id, rule: { id: server.policy.rule.id } },
      },
      ...(identity === null ? {} : { identity: toTokenView(identity) }),
      ...(access === null ? {} : { access: { ...toTokenView(access), scopes } }),
      ...(refreshToken === null ? {} : { refresh_token: { jti: refreshToken } }),
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

export const toRegistrationPayload = (org: Org, userProfile: Readonly<Record<string, unknown>>) => ({
  ...envelope(org),
  source: org.registrationRule.policyId,
  eventType: 'com.okta.user.pre-registration',
  requestType: 'self.service.registration',
  data: { context: { request: toRequestContext('POST', '/idp/idx/enroll/new') }, userProfile, action: 'ALLOW' },
});

export const toProgressiveProfilePayload = (
  org: Org,
  user: OrgUser,
  userProfileUpdate: Readonly<Record<string, unknown>>,
) => ({
  ...envelope(org),
  source: org.registrationRule.policyId,
  eventType: 'com.okta.user.pre-registration',
  requestType: 'progressive.profile',
  data: {
    context: { request: toRequestContext('POST', '/idp/idx/enroll/update'), user: toUserContext(org, user) },
    action: 'ALLOW',
    userProfileUpdate,
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

export function toSamlPayload(org: Org, app: SamlApp, user: OrgUser, assertion: SamlAssertion) {
  const ssoUrl = `${org.url}/app/${app.id}/sso/saml`;
  return {
    ...envelope(org),
    source: ssoUrl,
    eventType: 'com.okta.saml.tokens.transform',
    data: {
      context: {
        request: toRequestContext('GET', ssoUrl),
        protocol: { type: 'SAML2.0', issuer: { id: app.id, name: app.label, uri: `http://www.okta.com/${app.id}` } },
        session: toSession(user, isoNow(org)),
        user: toUserContext(org, user),
      },
      assertion,
    },
  };
}
