import { z } from 'zod';
import { createObjectStep, type ProvisionStep, publishedKeysTitle } from '../../src/connections/provisioning.js';
import type { JsonObject } from '../../src/core/base/json.js';
import { listAll, type OktaProvisionDeps } from './client.js';

const providerGuard = z.object({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  status: z.string(),
  settings: z.object({ issuer: z.string().nullish(), well_known_url: z.string().nullish() }),
});
type Provider = z.infer<typeof providerGuard>;

const providersPath = '/api/v1/security-events-providers';

const wellKnownUrlOf = ({ publicUrl }: OktaProvisionDeps): string => `${publicUrl}/.well-known/ssf-configuration`;

const nameOf = ({ settings }: OktaProvisionDeps): string => `Face step-up (${settings.id})`;

async function findProvider(deps: OktaProvisionDeps): Promise<Provider | null> {
  const providers = await listAll(providerGuard, providersPath, deps.send);
  const atOurs = providers.find(({ settings }) => settings.well_known_url === wellKnownUrlOf(deps));
  return atOurs ?? providers.find(({ settings }) => settings.issuer === deps.publicUrl) ?? null;
}

const toDefinition = (deps: OktaProvisionDeps, found: Provider | null): JsonObject => ({
  name: found?.name ?? nameOf(deps),
  type: found?.type ?? 'facestep',
  settings: { well_known_url: wellKnownUrlOf(deps) },
});

/**
 * Creates the step for Okta's receiver of our security events. Okta reads our metadata at once, so the server must be
 * reachable.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/SSFReceiver/
 */
export const createSecurityEventsStep = (deps: OktaProvisionDeps): ProvisionStep => ({
  ...createObjectStep('Security events provider', {
    byHand: [
      'Security > Device Integrations > Receive shared signals > Create stream',
      `Integration name: ${nameOf(deps)}`,
      'Set up integration with: Well-known URL',
      `Well-known URL: ${wellKnownUrlOf(deps)}`,
      'Create the stream while this server is running, because Okta reads the address at once',
    ],
    find: () => findProvider(deps),
    creation: [`Create the security events provider "${nameOf(deps)}", which reads ${wellKnownUrlOf(deps)}`],
    create: () => deps.send('POST', providersPath, toDefinition(deps, null)),
    changesTo: ({ name, status, settings }) =>
      [
        ...(settings.well_known_url === wellKnownUrlOf(deps) ? [] : [`Have it read ${wellKnownUrlOf(deps)}`]),
        ...(status === 'ACTIVE' ? [] : ['Activate it']),
      ].map((change) => `Security events provider "${name}": ${change}`),
    async change(found) {
      if (found.settings.well_known_url !== wellKnownUrlOf(deps)) {
        await deps.send('PUT', `${providersPath}/${found.id}`, toDefinition(deps, found));
      }
      if (found.status !== 'ACTIVE') await deps.send('POST', `${providersPath}/${found.id}/lifecycle/activate`);
    },
  }),
  check: { needs: [publishedKeysTitle], ifMissing: '. Until then, the org refuses its security events' },
});
