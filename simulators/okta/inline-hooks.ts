import { type Request, Router } from 'express';
import { z } from 'zod';
import type { RequireScope } from './access.js';
import { ApiError, invalid, notFound } from './errors.js';
import { callHook } from './hook-call.js';
import { newId } from './ids.js';
import { createSigningKey, type HookChannel, type InlineHook, isoNow, type Org } from './org.js';

const hookTypes = [
  'com.okta.oauth2.tokens.transform',
  'com.okta.saml.tokens.transform',
  'com.okta.user.credential.password.import',
  'com.okta.user.pre-registration',
  'com.okta.telephony.provider',
  'com.okta.import.transform',
] as const;

/** Okta requires https. The simulator also allows plain http, for test services on this machine. */
export const uriGuard = z
  .string()
  .max(1024)
  .regex(/^(https:\/\/|http:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/])\S+$/);

export const headersGuard = z
  .array(z.object({ key: z.string().min(1), value: z.string() }))
  .nullish()
  .transform((headers) => headers ?? []);

const channelGuard = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('HTTP'),
    config: z.object({
      uri: uriGuard,
      method: z.literal('POST').optional(),
      headers: headersGuard,
      authScheme: z
        .object({ type: z.literal('HEADER'), key: z.string().min(1), value: z.string().min(1) })
        .nullish()
        .transform((scheme) => scheme ?? null),
    }),
  }),
  z.object({
    type: z.literal('OAUTH'),
    config: z.object({
      uri: uriGuard,
      method: z.literal('POST').optional(),
      headers: headersGuard,
      authType: z.enum(['client_secret_post', 'private_key_jwt']),
      clientId: z.string().min(1),
      clientSecret: z
        .string()
        .nullish()
        .transform((secret) => secret ?? null),
      hookKeyId: z
        .string()
        .nullish()
        .transform((id) => id ?? null),
      tokenUrl: uriGuard,
      scope: z.string().min(1),
    }),
  }),
]);

const hookGuard = z.object({
  name: z.string().min(1).max(255),
  type: z.enum(hookTypes),
  version: z.string(),
  channel: channelGuard,
});

const parseHook = (body: unknown): z.infer<typeof hookGuard> => {
  const parsed = hookGuard.safeParse(body);
  if (parsed.success) return parsed.data;
  throw invalid(
    'inlineHook',
    parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`),
  );
};

/** Returns a channel without its secrets, which are write-only. */
export const toChannelView = ({ type, config }: HookChannel) => {
  const { uri, headers } = config;
  const shared = { uri, method: 'POST', headers };
  if (type === 'OAUTH') {
    const { authType, clientId, hookKeyId, tokenUrl, scope } = config;
    return { type, version: '1.0.0', config: { ...shared, authType, clientId, hookKeyId, tokenUrl, scope } };
  }
  const authScheme = config.authScheme === null ? null : { type: 'HEADER', key: config.authScheme.key };
  return { type, version: '1.0.0', config: { ...shared, authScheme } };
};

const toView = (hook: InlineHook) => ({ ...hook, channel: toChannelView(hook.channel) });

/** @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/InlineHook/ */
export function createInlineHooksApi(org: Org, requireScope: RequireScope): Router {
  const router = Router();
  const read = requireScope('okta.inlineHooks.read');
  const manage = requireScope('okta.inlineHooks.manage');
  const find = (request: Request): InlineHook => {
    const id = String(request.params.id);
    const hook = org.hooks.get(id);
    if (hook === undefined) throw notFound(id, 'InlineHook');
    return hook;
  };
  const setStatus = (status: InlineHook['status']) => (request: Request) => {
    const hook = find(request);
    hook.status = status;
    hook.lastUpdated = isoNow(org);
    return toView(hook);
  };

  router.get('/inlineHooks', read, (request, response) => {
    const hooks = [...org.hooks.values()].filter(({ type }) => (request.query.type ?? type) === type);
    response.json(hooks.map(toView));
  });
  router.post('/inlineHooks', manage, (request, response) => {
    const now = isoNow(org);
    const parsed = parseHook(request.body);
    const isSecond = [...org.hooks.values()].some(({ type }) => type === parsed.type);
    if (parsed.type === 'com.okta.user.credential.password.import' && isSecond) {
      throw invalid('type', ['type: An org has one password import hook']);
    }
    const hook: InlineHook = { id: newId('cal'), status: 'ACTIVE', ...parsed, created: now, lastUpdated: now };
    org.hooks.set(hook.id, hook);
    response.json(toView(hook));
  });
  router.get('/inlineHooks/:id', read, (request, response) => {
    response.json(toView(find(request)));
  });
  router.put('/inlineHooks/:id', manage, (request, response) => {
    const hook = find(request);
    const { name, type, version, channel } = parseHook(request.body);
    if (type !== hook.type) throw invalid('type', ['type: The type of an inline hook cannot be changed']);
    Object.assign(hook, { name, version, channel, lastUpdated: isoNow(org) });
    response.json(toView(hook));
  });
  router.delete('/inlineHooks/:id', manage, (request, response) => {
    const hook = find(request);
    if (hook.status === 'ACTIVE') throw new ApiError(403, 'E0000112', 'Unable to delete: the inline hook is active');
    org.hooks.delete(hook.id);
    response.status(204).end();
  });
  router.post('/inlineHooks/:id/lifecycle/activate', manage, (request, response) => {
    response.json(setStatus('ACTIVE')(request));
  });
  router.post('/inlineHooks/:id/lifecycle/deactivate', manage, (request, response) => {
    response.json(setStatus('INACTIVE')(request));
  });
  router.post('/inlineHooks/:id/execute', manage, async (request, response) => {
    const answer = await callHook(org, find(request), request.body, true);
    if (!answer.ok) throw new ApiError(400, 'E0000124', 'Could not execute the inline hook', [answer.reason]);
    response.json(answer.body);
  });

  router.post('/hook-keys', manage, async (request, response) => {
    const name = z.object({ name: z.string().min(1) }).safeParse(request.body).data?.name;
    if (name === undefined) throw invalid('name', ['name: The field cannot be left blank']);
    const key = await createSigningKey();
    const hookKey = { ...key, id: newId('HKY'), keyId: key.id, name };
    org.hookKeys.set(hookKey.id, hookKey);
    const now = isoNow(org);
    const embedded = { ...key.publicJwk, e: key.publicJwk.e, n: key.publicJwk.n };
    response.json({ id: hookKey.id, keyId: key.id, name, created: now, isUsed: 'false', _embedded: embedded });
  });
  return router;
}
