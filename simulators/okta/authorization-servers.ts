import express, { type Request, Router } from 'express';
import { z } from 'zod';
import type { RequireScope } from './access.js';
import { authenticateClient, OAuthError } from './client-auth.js';
import { invalid, notFound } from './errors.js';
import { newId } from './ids.js';
import { mintTokens } from './minting.js';
import { type AuthorizationServer, createSigningKey, type Org, type OrgClient, type OrgUser } from './org.js';
import { authenticate } from './password-import.js';

/** Adds a custom authorization server, the only kind that supports hooks. */
export async function addAuthorizationServer(
  org: Org,
  { id, name, audience }: { readonly id: string; readonly name: string; readonly audience: string },
): Promise<AuthorizationServer> {
  const server: AuthorizationServer = {
    id,
    name,
    audience,
    issuer: `${org.url}/oauth2/${id}`,
    key: await createSigningKey(),
    policy: { id: newId('00p'), rule: { id: newId('0pr'), hookId: null, definition: toDefaultRule() } },
    otherPolicies: [],
    claims: [],
    refreshTokens: new Map(),
  };
  org.servers.set(id, server);
  return server;
}

const toDefaultRule = () => ({
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
});

const formGuard = z.object({
  grant_type: z.enum(['password', 'refresh_token', 'client_credentials']),
  scope: z.string().default('openid'),
  username: z.string().optional(),
  password: z.string().optional(),
  refresh_token: z.string().optional(),
});

interface Grant {
  readonly user: OrgUser | null;
  readonly scope: string;
  readonly refreshToken: string | null;
}

async function takeGrant(
  org: Org,
  server: AuthorizationServer,
  client: OrgClient,
  form: z.infer<typeof formGuard>,
): Promise<Grant> {
  const wrong = () => new OAuthError(400, 'invalid_grant', 'The credentials provided were invalid.');
  if (form.grant_type === 'client_credentials') return { user: null, scope: form.scope, refreshToken: null };
  if (form.grant_type === 'password') {
    const user = await authenticate(org, form.username ?? '', form.password ?? '');
    if (user === null) throw wrong();
    return { user, scope: form.scope, refreshToken: null };
  }
  const refreshToken = form.refresh_token ?? '';
  const grant = server.refreshTokens.get(refreshToken);
  const user = org.users.get(grant?.userId ?? '');
  if (grant === undefined || user?.status !== 'ACTIVE' || grant.clientId !== client.id) throw wrong();
  return { user, scope: grant.scope, refreshToken };
}

export function createAuthorizationServers(org: Org): Router {
  const router = Router();
  const find = (request: Request): AuthorizationServer => {
    const id = String(request.params.id);
    const server = org.servers.get(id);
    if (server === undefined) throw notFound(id, 'AuthorizationServer');
    return server;
  };
  router.get('/:id/v1/keys', (request, response) => {
    response.json({ keys: [find(request).key.publicJwk] });
  });
  router.post('/:id/v1/token', express.urlencoded({ extended: false }), async (request, response) => {
    const server = find(request);
    try {
      const client = await authenticateClient(org, `${server.issuer}/v1/token`, request.body);
      const form = formGuard.safeParse(request.body);
      if (!form.success) throw new OAuthError(400, 'invalid_request', 'The request is malformed.');
      const grant = await takeGrant(org, server, client, form.data);
      response.json(await mintTokens(org, { server, client, grantType: form.data.grant_type, ...grant }));
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error;
      response.status(error.status).json({ error: error.error, error_description: error.description });
    }
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
const claimGuard = z.object({
  name: z.string().min(1),
  claimType: z.enum(['IDENTITY', 'RESOURCE']),
  value: z.json(),
});

/** @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/AuthorizationServerRules/ */
export function createAuthorizationServersApi(org: Org, requireScope: RequireScope): Router {
  const router = Router();
  const manage = requireScope('okta.authorizationServers.manage');
  const read = requireScope('okta.authorizationServers.read');
  const toRuleView = ({ rule: { id, definition } }: AuthorizationServer['policy']) => ({
    id,
    ...definition,
    _links: { self: { href: `${org.url}/rules/${id}` } },
  });
  const find = (id: unknown): AuthorizationServer => {
    const server = org.servers.get(String(id));
    if (server === undefined) throw notFound(String(id), 'AuthorizationServer');
    return server;
  };
  router.get('/:id/policies', read, (request, response) => {
    const { policy, otherPolicies } = find(request.params.id);
    const policies = [{ id: policy.id, name: 'Default Policy' }, ...otherPolicies];
    response.json(policies.map((each) => ({ ...each, type: 'OAUTH_AUTHORIZATION_POLICY', status: 'ACTIVE' })));
  });
  router.get('/:id/policies/:policyId/rules', read, (request, response) => {
    const { policy } = find(request.params.id);
    response.json(request.params.policyId === policy.id ? [toRuleView(policy)] : []);
  });
  router.put('/:id/policies/:policyId/rules/:ruleId', manage, (request, response) => {
    const { policy } = find(request.params.id);
    const { policyId, ruleId } = request.params;
    if (policyId !== policy.id || ruleId !== policy.rule.id) throw notFound(String(ruleId), 'PolicyRule');
    const parsed = ruleGuard.safeParse(request.body);
    if (!parsed.success) throw invalid('rule', ['The rule was not understood']);
    const hookId = parsed.data.actions.token.inlineHook?.id ?? null;
    const hook = org.hooks.get(hookId ?? '');
    if (hookId !== null && hook?.type !== 'com.okta.oauth2.tokens.transform') {
      throw invalid('inlineHook', ['inlineHook: Not an inline hook for tokens']);
    }
    policy.rule.hookId = hookId;
    policy.rule.definition = parsed.data;
    response.json(toRuleView(policy));
  });
  router.get('/:id/claims', read, (request, response) => {
    response.json(find(request.params.id).claims.map((claim, index) => ({ id: `ocl${index}`, ...claim })));
  });
  router.post('/:id/claims', manage, (request, response) => {
    const parsed = claimGuard.safeParse(request.body);
    if (!parsed.success) throw invalid('claim', ['The claim was not understood']);
    const { claims } = find(request.params.id);
    claims.push(parsed.data);
    response.status(201).json({ id: `ocl${claims.length - 1}`, ...parsed.data });
  });
  return router;
}
