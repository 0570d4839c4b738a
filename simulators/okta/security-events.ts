import express, { type Request, Router } from 'express';
import { createRemoteJWKSet, customFetch, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { z } from 'zod';
import type { RequireScope } from './access.js';
import { invalid, notFound } from './errors.js';
import { newId } from './ids.js';
import { isoNow, type Org, type SecurityEventsProvider } from './org.js';

const providerGuard = z.strictObject({
  name: z.string().min(1).max(100),
  type: z.string().min(1).max(255),
  settings: z.union([
    z.strictObject({ well_known_url: z.url().max(1000) }),
    z.strictObject({ issuer: z.string().max(700), jwks_url: z.url().max(1000) }),
  ]),
});

const metadataGuard = z.object({ issuer: z.string(), jwks_uri: z.url() });

/** Reads the settings. Issuer and keys come from the metadata if its URL is given. */
async function readSettings(
  org: Org,
  body: unknown,
): Promise<Pick<SecurityEventsProvider, 'name' | 'type' | 'settings'>> {
  const parsed = providerGuard.safeParse(body);
  if (!parsed.success) throw invalid('securityEventsProvider', ['The provider was not understood']);
  const { name, type, settings } = parsed.data;
  if ('issuer' in settings) return { name, type, settings: { ...settings, well_known_url: null } };
  const answer = await org.fetch(settings.well_known_url, { redirect: 'error' }).then(
    (response) => response.json(),
    () => null,
  );
  const metadata = metadataGuard.safeParse(answer);
  if (!metadata.success) throw invalid('well_known_url', ['well_known_url: No metadata of a transmitter']);
  const { issuer, jwks_uri } = metadata.data;
  return { name, type, settings: { ...settings, issuer, jwks_url: jwks_uri } };
}

/** @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/SSFReceiver/ */
export function createSecurityEventsProvidersApi(org: Org, requireScope: RequireScope): Router {
  const router = Router();
  const read = requireScope('okta.securityEventsProviders.read');
  const manage = requireScope('okta.securityEventsProviders.manage');
  const find = (request: Request): SecurityEventsProvider => {
    const id = String(request.params.id);
    const provider = org.securityEventsProviders.get(id);
    if (provider === undefined) throw notFound(id, 'SecurityEventsProvider');
    return provider;
  };
  router.get('/', read, (_request, response) => {
    response.json([...org.securityEventsProviders.values()]);
  });
  router.post('/', manage, async (request, response) => {
    const provider = { id: newId('sse'), status: 'ACTIVE' as const, ...(await readSettings(org, request.body)) };
    org.securityEventsProviders.set(provider.id, provider);
    response.json(provider);
  });
  router.put('/:id', manage, async (request, response) => {
    const { id, status } = find(request);
    const provider = { id, status, ...(await readSettings(org, request.body)) };
    org.securityEventsProviders.set(id, provider);
    response.json(provider);
  });
  for (const [verb, status] of [
    ['activate', 'ACTIVE'],
    ['deactivate', 'INACTIVE'],
  ] as const) {
    router.post(`/:id/lifecycle/${verb}`, manage, (request, response) => {
      const provider = { ...find(request), status };
      org.securityEventsProviders.set(provider.id, provider);
      response.json(provider);
    });
  }
  return router;
}

const sessionRevoked = 'https://schemas.openid.net/secevent/caep/event-type/session-revoked';
const userRiskChange = 'https://schemas.okta.com/secevent/okta/event-type/user-risk-change';

const reasonGuard = z.object({ en: z.string().min(1) });
const eventFields = {
  event_timestamp: z.int(),
  initiating_entity: z.enum(['admin', 'user', 'policy', 'system']).optional(),
  reason_admin: reasonGuard.optional(),
  reason_user: reasonGuard.optional(),
  subject: z.object({ user: z.object({ format: z.literal('email'), email: z.string().min(1) }) }),
};
const levelGuard = z.enum(['low', 'medium', 'high', 'secure', 'none']);
const hasReason = ({ reason_admin, reason_user }: { reason_admin?: unknown; reason_user?: unknown }): boolean =>
  reason_admin !== undefined || reason_user !== undefined;
const sessionRevokedGuard = z.object(eventFields).refine(hasReason);
const userRiskChangeGuard = z
  .object({ ...eventFields, previous_level: levelGuard, current_level: levelGuard })
  .refine(hasReason);

/** Okta refuses a token unless it knows every event in it. */
const eventsGuard = z
  .strictObject({ [sessionRevoked]: sessionRevokedGuard.optional(), [userRiskChange]: userRiskChangeGuard.optional() })
  .refine((events) => Object.keys(events).length > 0);
const claimsGuard = z.object({
  iss: z.string(),
  aud: z.string(),
  jti: z.string().min(1),
  iat: z.int(),
  events: eventsGuard,
});

const headerGuard = z.object({ alg: z.string(), typ: z.literal('secevent+jwt'), kid: z.string().min(1) });

type ErrorCode = 'authentication_failed' | 'invalid_audience' | 'invalid_issuer' | 'invalid_key' | 'invalid_request';

class Unacceptable extends Error {
  constructor(
    readonly err: ErrorCode,
    description: string,
  ) {
    super(description);
  }
}

/** Any error other than `Unacceptable` means that the signature is wrong. */
const toUnacceptable = (error: unknown): Unacceptable =>
  error instanceof Unacceptable ? error : new Unacceptable('authentication_failed', 'The signature is not right');

async function verify(org: Org, jws: string): Promise<unknown> {
  const header = headerGuard.safeParse(decodeProtectedHeader(jws)).data;
  if (header === undefined) throw new Unacceptable('invalid_request', 'The header needs typ, alg and kid');
  const { iss, aud } = decodeJwt(jws);
  const provider = [...org.securityEventsProviders.values()].find(
    ({ settings, status }) => settings.issuer === iss && status === 'ACTIVE',
  );
  if (provider === undefined) throw new Unacceptable('invalid_issuer', 'No active provider has this issuer');
  if (typeof aud !== 'string' || aud.replace(/\/$/, '') !== org.url) {
    throw new Unacceptable('invalid_audience', 'The audience is not this org');
  }
  if (header.alg !== 'RS256') throw new Unacceptable('invalid_key', 'Events are signed by RS256');
  const keys = createRemoteJWKSet(new URL(provider.settings.jwks_url), { [customFetch]: org.fetch });
  const { payload } = await jwtVerify(jws, keys, { algorithms: ['RS256'] }).catch((error: unknown) => {
    const isKey = error instanceof Error && /key|modulus|JWKS/i.test(error.message);
    throw isKey ? new Unacceptable('invalid_key', 'No RSA key of 2048 bits has this kid') : toUnacceptable(error);
  });
  return payload;
}

/**
 * Creates the push endpoint for Security Event Tokens. Repeated events and events about unknown e-mail addresses are
 * accepted and ignored.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/SSFSecurityEventToken/
 */
export function createSecurityEventsReceiver(org: Org): Router {
  const router = Router();
  const seen = new Set<string>();
  const take = async (jws: string): Promise<void> => {
    const claims = claimsGuard.safeParse(await verify(org, jws));
    if (!claims.success) {
      const [issue] = claims.error.issues;
      throw new Unacceptable('invalid_request', `${issue?.path.join('.')}: ${issue?.message}`);
    }
    const { jti, events } = claims.data;
    if (seen.has(jti)) return;
    seen.add(jti);
    for (const [type, event] of Object.entries(events)) {
      if (event === undefined) continue;
      const { email } = event.subject.user;
      const user = [...org.users.values()].find(({ profile }) => profile.login === email);
      if (user === undefined) continue;
      if ('current_level' in event) user.riskLevel = event.current_level;
      else user.sessionsEndedAt = isoNow(org);
      org.log.push({
        eventType: 'security.events.provider.receive_event',
        published: isoNow(org),
        outcome: { result: 'SUCCESS', reason: null },
        target: { id: user.id },
        debugContext: { type, event },
      });
    }
  };
  router.post('/', express.text({ type: 'application/secevent+jwt' }), async (request, response) => {
    try {
      if (typeof request.body !== 'string') throw new Unacceptable('invalid_request', 'Not a Security Event Token');
      await take(request.body);
      response.status(202).end();
    } catch (error) {
      const { err, message } = toUnacceptable(error);
      response.status(400).json({ err, description: message });
    }
  });
  return router;
}
