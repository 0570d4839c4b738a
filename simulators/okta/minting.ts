import { z } from 'zod';
import { signJwt } from '../signing-key.js';
import { OAuthError } from './errors.js';
import { callHook } from './hooks.js';
import { newId, note, type Org } from './org.js';
import {
  applyTokenCommands,
  type TokenDraft,
  type TokenDrafts,
  type TokenIssue,
  toTokenHookPayload,
} from './payloads.js';

const LIFETIME_SEC = 3600;

/** @throws OAuthError `server_error` if the hook answers with `error` */
export async function mintTokens(org: Org, issue: TokenIssue) {
  const { access, identity } = await askHook(org, issue, toDrafts(org, issue));
  const sign = ({ claims, lifetimeSec }: TokenDraft) => {
    const now = Math.floor(org.now() / 1000);
    return signJwt(issue.server.key, { ...claims, iat: now, exp: now + lifetimeSec });
  };
  return {
    token_type: 'Bearer',
    expires_in: access.lifetimeSec,
    access_token: await sign(access),
    ...(identity === null ? {} : { id_token: await sign(identity) }),
    scope: issue.scope,
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
    uid: user.id,
    sub: user.profile.login,
    scp: scope.split(' '),
    ...configured('RESOURCE'),
  };
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
  const toDraft = (claims: TokenDraft['claims']): TokenDraft => ({ claims, lifetimeSec: LIFETIME_SEC });
  return {
    identity: scope.split(' ').includes('openid') ? toDraft(identity) : null,
    access: toDraft(access),
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
  const failure = error === null ? (patched === null ? 'commands not applicable' : null) : 'error';
  note(org, 'inline_hook.response.processed', hook.id, failure, { debugContext: parsed.data?.debugContext ?? null });
  if (error !== null) {
    throw new OAuthError(400, 'server_error', error.errorSummary ?? 'The callback service returned an error');
  }
  return patched ?? drafts;
}
