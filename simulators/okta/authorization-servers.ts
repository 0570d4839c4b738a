import express, { Router } from 'express';
import { z } from 'zod';
import type { RequireScope } from './access.js';
import { findIn, invalid, notFound, OAuthError, parseBody } from './errors.js';
import { callHook } from './hooks.js';
import { mintTokens } from './minting.js';
import { findUser, type Org, type OrgUser, toRuleView } from './org.js';
import { toPasswordImportPayload } from './payloads.js';

const answerGuard = z.object({
  commands: z
    .array(
      z.object({
        type: z.literal('com.okta.action.update'),
        value: z.object({ credential: z.enum(['VERIFIED', 'UNVERIFIED']) }),
      }),
    )
    .nullish(),
});

/**
 * Signs a user in by password. If the password is to be imported, the hook decides: VERIFIED stores the typed password;
 * any other answer means a wrong password.
 * @see
 * https://developer.okta.com/docs/api/openapi/okta-management/management/tag/InlineHook/#tag/InlineHook/operation/createPasswordImportInlineHook
 */
async function authenticate(org: Org, login: string, password: string): Promise<OrgUser | null> {
  const user = findUser(org, login);
  if (user?.status !== 'ACTIVE') return null;
  if (!user.isPasswordHooked) return user.password !== null && user.password === password ? user : null;
  const hook = [...org.hooks.values()].find(
    ({ type, status }) => type === 'com.okta.user.credential.password.import' && status === 'ACTIVE',
  );
  if (hook === undefined) return null;
  const answer = await callHook(org, hook, toPasswordImportPayload(org, hook.id, login, password), true);
  const parsed = answerGuard.safeParse(answer.ok ? answer.body : null);
  if (parsed.data?.commands?.at(-1)?.value.credential !== 'VERIFIED') return null;
  user.password = password;
  user.isPasswordHooked = false;
  return user;
}

const formGuard = z.object({
  grant_type: z.literal('password'),
  scope: z.string(),
  username: z.string(),
  password: z.string(),
  client_id: z.string(),
  client_secret: z.string(),
});

export function createAuthorizationServers(org: Org): Router {
  const router = Router();
  router.get('/:id/v1/keys', (request, response) => {
    response.json({ keys: [findIn(org.servers, request.params.id, 'AuthorizationServer').key.publicJwk] });
  });
  router.post('/:id/v1/token', express.urlencoded({ extended: false }), async (request, response) => {
    const server = findIn(org.servers, request.params.id, 'AuthorizationServer');
    const form = formGuard.safeParse(request.body);
    if (!form.success) throw new OAuthError(400, 'invalid_request', 'The request is malformed.');
    const { username, password, grant_type: grantType, scope, client_id, client_secret } = form.data;
    const client = org.clients.get(client_id);
    if (client === undefined || client.secret !== client_secret) {
      throw new OAuthError(401, 'invalid_client', 'Client authentication failed.');
    }
    const user = await authenticate(org, username, password);
    if (user === null) throw new OAuthError(400, 'invalid_grant', 'The credentials provided were invalid.');
    response.json(await mintTokens(org, { server, client, user, grantType, scope }));
  });
  return router;
}

// A PUT replaces the rule, so omitted settings are lost.
const ruleGuard = z.looseObject({
  name: z.string().min(1),
  type: z.literal('RESOURCE_ACCESS'),
  conditions: z.looseObject({}),
  actions: z.looseObject({ token: z.looseObject({ inlineHook: z.looseObject({ id: z.string() }).nullish() }) }),
});

/** @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/AuthorizationServerRules/ */
export function createAuthorizationServersApi(org: Org, requireScope: RequireScope): Router {
  const router = Router();
  const manage = requireScope('okta.authorizationServers.manage');
  const read = requireScope('okta.authorizationServers.read');
  const find = (id: unknown) => findIn(org.servers, id, 'AuthorizationServer');
  router.get('/', read, (_request, response) => {
    const servers = [...org.servers.values()];
    response.json(servers.map(({ id, audience, issuer }) => ({ id, name: id, audiences: [audience], issuer })));
  });
  router.get('/:id', read, (request, response) => {
    const { id, audience, issuer, status } = find(request.params.id);
    response.json({ id, name: id, audiences: [audience], issuer, status });
  });
  router.get('/:id/policies', read, (request, response) => {
    const { id, status, clients } = find(request.params.id).policy;
    const conditions = { clients: { include: clients } };
    response.json([{ id, name: 'Default Policy', type: 'OAUTH_AUTHORIZATION_POLICY', status, conditions }]);
  });
  router.get('/:id/policies/:policyId/rules', read, (request, response) => {
    const { policy } = find(request.params.id);
    response.json(request.params.policyId === policy.id ? [toRuleView(org, policy.rule)] : []);
  });
  router.put('/:id/policies/:policyId/rules/:ruleId', manage, (request, response) => {
    const { policy } = find(request.params.id);
    const { policyId, ruleId } = request.params;
    if (policyId !== policy.id || ruleId !== policy.rule.id) throw notFound(String(ruleId), 'PolicyRule');
    const definition = parseBody(ruleGuard, request.body, 'rule');
    const hookId = definition.actions.token.inlineHook?.id ?? null;
    if (hookId !== null && org.hooks.get(hookId)?.type !== 'com.okta.oauth2.tokens.transform') {
      throw invalid('inlineHook', ['inlineHook: Not an inline hook for tokens']);
    }
    Object.assign(policy.rule, { hookId, definition });
    response.json(toRuleView(org, policy.rule));
  });
  router.get('/:id/claims', read, (request, response) => {
    response.json(find(request.params.id).claims.map((claim, index) => ({ id: `ocl${index}`, ...claim })));
  });
  return router;
}
