import { SignJWT } from 'jose';
import { z } from 'zod';
import { OAuthError } from './client-auth.js';
import { callHook } from './hook-call.js';
import { newId } from './ids.js';
import { isoNow, type Org } from './org.js';
import { type TokenIssue, toTokenHookPayload } from './payloads.js';
import { applyTokenCommands, type TokenDraft, type TokenDrafts } from './token-patch.js';

const LIFETIME_SEC = 3600;

export interface IssuedTokens {
  readonly token_type: 'Bearer';
  readonly expires_in: number;
  readonly access_token: string;
  readonly id_token?: string;
  readonly refresh_token?: string;
  readonly scope: string;
}

/** @throws OAuthError `server_error` if the hook answers with `error` */
export async function mintTokens(org: Org, issue: TokenIssue): Promise<IssuedTokens> {
  const { server, client, user, scope } = issue;
  const scopes = scope.split(' ');
  const hasRefreshToken = user !== null && scopes.includes('offline_access');
  const refreshToken = issue.refreshToken ?? (hasRefreshToken ? newId('', 43) : null);
  const patched = await askHook(org, { ...issue, refreshToken }, toDrafts(org, issue));
  if (refreshToken !== null && user !== null) {
    server.refreshTokens.set(refreshToken, { userId: user.id, clientId: client.id, scope });
  }
  const sign = ({ claims, lifetimeSec }: TokenDraft) => {
    const now = Math.floor(org.now() / 1000);
    return new SignJWT({ ...claims, iat: now, exp: now + lifetimeSec })
      .setProtectedHeader({ alg: 'RS256', kid: server.key.id })
      .sign(server.key.privateKey);
  };
  const access = patched.access ?? { claims: {}, lifetimeSec: LIFETIME_SEC };
  return {
    token_type: 'Bearer',
    expires_in: access.lifetimeSec,
    access_token: await sign(access),
    ...(patched.identity === null ? {} : { id_token: await sign(patched.identity) }),
    ...(refreshToken === null ? {} : { refresh_token: refreshToken }),
    scope,
  };
}

function toDrafts(org: Org, { server, client, user, scope }: TokenIssue): TokenDrafts {
  const configured = (claimType: 'IDENTITY' | 'RESOURCE') =>
    Object.fromEntries(server.claims.filter((claim) => claim.claimType === claimType).map((c) => [c.name, c.value]));
  const access = {
    ver: 1,
    jti: `AT.${newId('', 43)}`,
    iss: server.issuer,
    aud: server.audience,
    cid: client.id,
    ...(user === null ? { sub: client.id } : { uid: user.id, sub: user.profile.login }),
    scp: scope.split(' '),
    ...configured('RESOURCE'),
  };
  if (user === null || !scope.split(' ').includes('openid')) {
    return { identity: null, access: { claims: access, lifetimeSec: LIFETIME_SEC } };
  }
  const identity = {
    sub: user.id,
    name: `${user.profile.firstName} ${user.profile.lastName}`,
    email: user.profile.email,
    ver: 1,
    iss: server.issuer,
    aud: client.id,
    jti: `ID.${newId('', 43)}`,
    amr: ['pwd'],
    idp: '00oorg',
    preferred_username: user.profile.login,
    auth_time: Math.floor(org.now() / 1000),
    ...configured('IDENTITY'),
  };
  return {
    identity: { claims: identity, lifetimeSec: LIFETIME_SEC },
    access: { claims: access, lifetimeSec: LIFETIME_SEC },
  };
}

const answerGuard = z.object({
  commands: z.unknown().optional(),
  error: z.object({ errorSummary: z.string().nullish() }).nullish(),
  debugContext: z.unknown().optional(),
});

/** Applies the hook's answer; Okta fails open if the hook is unreachable or unreadable. */
async function askHook(org: Org, issue: TokenIssue, drafts: TokenDrafts): Promise<TokenDrafts> {
  const hook = org.hooks.get(issue.server.policy.rule.hookId ?? '');
  if (hook?.status !== 'ACTIVE') return drafts;
  // Okta never retries token hooks.
  const answer = await callHook(org, hook, toTokenHookPayload(org, issue, drafts), false);
  if (!answer.ok) return drafts;
  const parsed = answerGuard.safeParse(answer.body);
  const patched = parsed.success ? applyTokenCommands(drafts, parsed.data.commands) : null;
  const error = parsed.data?.error ?? null;
  org.log.push({
    eventType: 'inline_hook.response.processed',
    published: isoNow(org),
    outcome:
      error === null && patched !== null
        ? { result: 'SUCCESS', reason: null }
        : { result: 'FAILURE', reason: error === null ? 'commands not applicable' : 'error' },
    target: { id: hook.id },
    debugContext: parsed.data?.debugContext ?? null,
  });
  if (error !== null) {
    throw new OAuthError(400, 'server_error', error.errorSummary ?? 'The callback service returned an error');
  }
  return patched ?? drafts;
}
