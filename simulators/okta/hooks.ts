import { type Request, Router } from 'express';
import { z } from 'zod';
import type { RequireScope } from './access.js';
import { ApiError, findIn, invalid, parseBody } from './errors.js';
import { isoNow, newId, note, type Org } from './org.js';

/** Okta requires https. The simulator also allows plain http, for test services on this machine. */
const uriGuard = z
  .string()
  .max(1024)
  .regex(/^(https:\/\/|http:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/])\S+$/);

/** Channel of the only kind that is simulated; Okta also has OAuth channels. */
const channelGuard = z.object({
  type: z.literal('HTTP'),
  config: z.object({
    uri: uriGuard,
    method: z.literal('POST').optional(),
    headers: z
      .array(z.object({ key: z.string().min(1), value: z.string() }))
      .nullish()
      .transform((headers) => headers ?? []),
    authScheme: z
      .object({ type: z.literal('HEADER'), key: z.string().min(1), value: z.string().min(1) })
      .nullish()
      .transform((scheme) => scheme ?? null),
  }),
});
type HookChannel = z.output<typeof channelGuard>;

const inlineGuard = z.object({
  name: z.string().min(1).max(255),
  type: z.enum([
    'com.okta.oauth2.tokens.transform',
    'com.okta.saml.tokens.transform',
    'com.okta.user.credential.password.import',
    'com.okta.user.pre-registration',
  ]),
  version: z.string(),
  channel: channelGuard,
});

const eventGuard = z.object({
  name: z.string().min(1).max(255),
  events: z.object({
    type: z.literal('EVENT_TYPE'),
    items: z
      .array(
        z.enum([
          'user.lifecycle.activate',
          'user.lifecycle.create',
          'user.lifecycle.deactivate',
          'user.lifecycle.delete.initiated',
          'user.lifecycle.reactivate',
          'user.lifecycle.suspend',
          'user.lifecycle.unsuspend',
          'user.session.start',
        ]),
      )
      .min(1),
  }),
  channel: channelGuard,
});

interface Saved {
  readonly id: string;
  status: 'ACTIVE' | 'INACTIVE';
  readonly created: string;
  lastUpdated: string;
}
export type InlineHook = Saved & z.output<typeof inlineGuard>;
export type EventHook = Saved & z.output<typeof eventGuard> & { verificationStatus: 'UNVERIFIED' | 'VERIFIED' };

const toSaved = (org: Org, prefix: string): Saved => {
  const now = isoNow(org);
  return { id: newId(prefix), status: 'ACTIVE', created: now, lastUpdated: now };
};

/** Returns a hook without the secrets of its channel, which are write-only. */
const toView = ({ channel: { type, config }, ...hook }: InlineHook | EventHook) => {
  const authScheme = config.authScheme === null ? null : { type: 'HEADER', key: config.authScheme.key };
  const { uri, headers } = config;
  return { ...hook, channel: { type, version: '1.0.0', config: { uri, method: 'POST', headers, authScheme } } };
};

/** @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/InlineHook/ */
export function createInlineHooksApi(org: Org, requireScope: RequireScope): Router {
  const router = Router();
  const read = requireScope('okta.inlineHooks.read');
  const manage = requireScope('okta.inlineHooks.manage');
  const find = ({ params }: Request) => findIn(org.hooks, params.id, 'InlineHook');

  router.get('/', read, (request, response) => {
    const hooks = [...org.hooks.values()].filter(({ type }) => (request.query.type ?? type) === type);
    response.json(hooks.map(toView));
  });
  router.post('/', manage, (request, response) => {
    const parsed = parseBody(inlineGuard, request.body, 'inlineHook');
    const isSecond = [...org.hooks.values()].some(({ type }) => type === parsed.type);
    if (parsed.type === 'com.okta.user.credential.password.import' && isSecond) {
      throw invalid('type', ['type: An org has one password import hook']);
    }
    const hook = { ...toSaved(org, 'cal'), ...parsed };
    org.hooks.set(hook.id, hook);
    response.json(toView(hook));
  });
  router.put('/:id', manage, (request, response) => {
    const hook = find(request);
    const changed = parseBody(inlineGuard, request.body, 'inlineHook');
    if (changed.type !== hook.type) {
      throw invalid('type', ['type: The type of an inline hook cannot be changed']);
    }
    response.json(toView(Object.assign(hook, changed, { lastUpdated: isoNow(org) })));
  });
  router.post('/:id/lifecycle/activate', manage, (request, response) => {
    response.json(toView(Object.assign(find(request), { status: 'ACTIVE', lastUpdated: isoNow(org) })));
  });
  router.post('/:id/execute', manage, async (request, response) => {
    const answer = await callHook(org, find(request), request.body, true);
    if (!answer.ok) throw new ApiError(400, 'E0000124', 'Could not execute the inline hook', [answer.reason]);
    response.json(answer.body);
  });
  return router;
}

/** Sends Okta's one-time GET request. The address must return the challenge within the hook timeout. */
async function isAnswered(org: Org, { channel }: EventHook): Promise<boolean> {
  const challenge = newId('', 32);
  const signal = AbortSignal.timeout(org.hookTimeoutMs);
  try {
    const headers = toHeaders(channel);
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
  const manage = requireScope('okta.eventHooks.manage');
  const find = ({ params }: Request) => findIn(org.eventHooks, params.id, 'EventHook');
  router.get('/', requireScope('okta.eventHooks.read'), (_request, response) => {
    response.json([...org.eventHooks.values()].map(toView));
  });
  router.post('/', manage, (request, response) => {
    const parsed = parseBody(eventGuard, request.body, 'eventHook');
    const hook: EventHook = { ...toSaved(org, 'who'), verificationStatus: 'UNVERIFIED', ...parsed };
    org.eventHooks.set(hook.id, hook);
    response.json(toView(hook));
  });
  router.put('/:id', manage, (request, response) => {
    const changed = parseBody(eventGuard, request.body, 'eventHook');
    const hook = Object.assign(find(request), changed, { verificationStatus: 'UNVERIFIED', lastUpdated: isoNow(org) });
    response.json(toView(hook));
  });
  router.post('/:id/lifecycle/verify', manage, async (request, response) => {
    const hook = find(request);
    if (!(await isAnswered(org, hook)) && !(await isAnswered(org, hook))) {
      throw invalid('eventHook', ['Event hook verification failed']);
    }
    response.json(toView(Object.assign(hook, { verificationStatus: 'VERIFIED' })));
  });
  router.post('/:id/lifecycle/activate', manage, (request, response) => {
    response.json(toView(Object.assign(find(request), { status: 'ACTIVE' })));
  });
  return router;
}

/** Longest answer that Okta reads. */
const ANSWER_MAX_BYTES = 256 * 1024;

/** Result of a call: a JSON answer (`{}` for 204), or the failure. */
type HookAnswer =
  | { readonly ok: true; readonly body: unknown }
  | {
      readonly ok: false;
      readonly reason: 'timeout' | 'connection' | 'status' | 'too_large' | 'malformed';
      readonly status: number | null;
    };

/**
 * Calls a hook as Okta does: without redirects, and in 3 s. `retry` allows one retry, except after 2xx or 4xx.
 * @see https://developer.okta.com/docs/concepts/inline-hooks/
 */
export async function callHook(org: Org, hook: InlineHook, payload: unknown, retry: boolean): Promise<HookAnswer> {
  let answer = await callOnce(org, hook.channel, payload);
  if (retry && isWorthRetrying(answer)) answer = await callOnce(org, hook.channel, payload);
  org.hookAnswers.push(answer.ok ? answer.body : null);
  note(org, 'inline_hook.executed', hook.id, answer.ok ? null : describe(answer));
  return answer;
}

const isWorthRetrying = (answer: HookAnswer): boolean =>
  !answer.ok &&
  (answer.reason === 'timeout' ||
    answer.reason === 'connection' ||
    (answer.reason === 'status' && (answer.status ?? 0) >= 500));

const describe = ({ reason, status }: Extract<HookAnswer, { ok: false }>): string =>
  status === null ? reason : `${reason} ${status}`;

export function toHeaders({ config }: HookChannel): Headers {
  const headers = new Headers({ Accept: 'application/json', 'Content-Type': 'application/json' });
  for (const { key, value } of config.headers) headers.set(key, value);
  if (config.authScheme !== null) headers.set(config.authScheme.key, config.authScheme.value);
  return headers;
}

async function callOnce(org: Org, channel: HookChannel, payload: unknown): Promise<HookAnswer> {
  const signal = AbortSignal.timeout(org.hookTimeoutMs);
  try {
    const response = await fetch(channel.config.uri, {
      method: 'POST',
      headers: toHeaders(channel),
      body: JSON.stringify(payload),
      redirect: 'manual',
      signal,
    });
    const text = await response.text();
    if (response.status === 204) return { ok: true, body: {} };
    if (response.status !== 200) return { ok: false, reason: 'status', status: response.status };
    if (Buffer.byteLength(text) >= ANSWER_MAX_BYTES) return { ok: false, reason: 'too_large', status: null };
    return parse(text);
  } catch {
    return { ok: false, reason: signal.aborted ? 'timeout' : 'connection', status: null };
  }
}

function parse(text: string): HookAnswer {
  try {
    return { ok: true, body: JSON.parse(text) };
  } catch {
    return { ok: false, reason: 'malformed', status: null };
  }
}
