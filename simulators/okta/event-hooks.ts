import { type Request, Router } from 'express';
import { z } from 'zod';
import type { RequireScope } from './access.js';
import { ApiError, invalid, notFound } from './errors.js';
import { toHeaders } from './hook-call.js';
import { newId } from './ids.js';
import { headersGuard, toChannelView, uriGuard } from './inline-hooks.js';
import { type EventHook, isoNow, type Org } from './org.js';

const eligibleEvents = [
  'user.lifecycle.activate',
  'user.lifecycle.create',
  'user.lifecycle.deactivate',
  'user.lifecycle.delete.initiated',
  'user.lifecycle.reactivate',
  'user.lifecycle.suspend',
  'user.lifecycle.unsuspend',
  'user.session.start',
] as const;

const hookGuard = z.object({
  name: z.string().min(1).max(255),
  events: z.object({ type: z.literal('EVENT_TYPE'), items: z.array(z.enum(eligibleEvents)).min(1) }),
  channel: z.object({
    type: z.literal('HTTP'),
    version: z.string(),
    config: z.object({
      uri: uriGuard,
      headers: headersGuard,
      authScheme: z
        .object({ type: z.literal('HEADER'), key: z.string().min(1), value: z.string().min(1) })
        .nullish()
        .transform((scheme) => scheme ?? null),
    }),
  }),
});

const parseHook = (body: unknown): z.infer<typeof hookGuard> => {
  const parsed = hookGuard.safeParse(body);
  if (parsed.success) return parsed.data;
  throw invalid('eventHook', ['The event hook was not understood']);
};

const toView = (hook: EventHook) => ({ ...hook, channel: toChannelView(hook.channel) });

/** Sends Okta's one-time GET request. The address must return the challenge within the hook timeout. */
async function isAnswered(org: Org, { channel }: EventHook): Promise<boolean> {
  const challenge = newId('', 32);
  const signal = AbortSignal.timeout(org.hookTimeoutMs);
  try {
    const headers = toHeaders(channel.config);
    headers.set('x-okta-verification-challenge', challenge);
    const response = await fetch(channel.config.uri, { headers, redirect: 'manual', signal });
    const answer = z.object({ verification: z.literal(challenge) }).safeParse(await response.json());
    return response.status === 200 && answer.success;
  } catch {
    return false;
  }
}

/**
 * A hook receives no events before it is verified. If its channel changes, it must be verified again.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/EventHook/
 */
export function createEventHooksApi(org: Org, requireScope: RequireScope): Router {
  const router = Router();
  const read = requireScope('okta.eventHooks.read');
  const manage = requireScope('okta.eventHooks.manage');
  const find = (request: Request): EventHook => {
    const id = String(request.params.id);
    const hook = org.eventHooks.get(id);
    if (hook === undefined) throw notFound(id, 'EventHook');
    return hook;
  };
  router.get('/', read, (_request, response) => {
    response.json([...org.eventHooks.values()].map(toView));
  });
  router.post('/', manage, (request, response) => {
    const now = isoNow(org);
    const state = { status: 'ACTIVE', verificationStatus: 'UNVERIFIED' } as const;
    const hook: EventHook = { id: newId('who'), ...state, ...parseHook(request.body), created: now, lastUpdated: now };
    org.eventHooks.set(hook.id, hook);
    response.json(toView(hook));
  });
  router.get('/:id', read, (request, response) => {
    response.json(toView(find(request)));
  });
  router.put('/:id', manage, (request, response) => {
    const hook = find(request);
    Object.assign(hook, parseHook(request.body), { verificationStatus: 'UNVERIFIED', lastUpdated: isoNow(org) });
    response.json(toView(hook));
  });
  router.delete('/:id', manage, (request, response) => {
    org.eventHooks.delete(find(request).id);
    response.status(204).end();
  });
  router.post('/:id/lifecycle/verify', manage, async (request, response) => {
    const hook = find(request);
    if (!(await isAnswered(org, hook)) && !(await isAnswered(org, hook))) {
      throw new ApiError(400, 'E0000001', 'Api validation failed: eventHook', ['Event hook verification failed']);
    }
    hook.verificationStatus = 'VERIFIED';
    response.json(toView(hook));
  });
  for (const [verb, status] of [
    ['activate', 'ACTIVE'],
    ['deactivate', 'INACTIVE'],
  ] as const) {
    router.post(`/:id/lifecycle/${verb}`, manage, (request, response) => {
      const hook = find(request);
      hook.status = status;
      response.json(toView(hook));
    });
  }
  return router;
}
