import { Router } from 'express';
import { z } from 'zod';
import type { RequireScope } from './access.js';
import { findIn, invalid, parseBody } from './errors.js';
import { newId, type Org } from './org.js';

export interface SecurityEventsProvider {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly status: 'ACTIVE' | 'INACTIVE';
  readonly settings: { readonly well_known_url: string | null; readonly issuer: string; readonly jwks_url: string };
}

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
  const { name, type, settings } = parseBody(providerGuard, body, 'securityEventsProvider');
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
  const manage = requireScope('okta.securityEventsProviders.manage');
  const save = (provider: SecurityEventsProvider): SecurityEventsProvider => {
    org.securityEventsProviders.set(provider.id, provider);
    return provider;
  };
  const find = (id: unknown) => findIn(org.securityEventsProviders, id, 'SecurityEventsProvider');
  router.get('/', requireScope('okta.securityEventsProviders.read'), (_request, response) => {
    response.json([...org.securityEventsProviders.values()]);
  });
  router.post('/', manage, async (request, response) => {
    response.json(save({ id: newId('sse'), status: 'ACTIVE', ...(await readSettings(org, request.body)) }));
  });
  router.put('/:id', manage, async (request, response) => {
    response.json(save({ ...find(request.params.id), ...(await readSettings(org, request.body)) }));
  });
  router.post('/:id/lifecycle/activate', manage, (request, response) => {
    response.json(save({ ...find(request.params.id), status: 'ACTIVE' }));
  });
  return router;
}
