import { z } from 'zod';
import { missing, type ProvisionStep, type StepStatus } from '../../src/connections/provisioning.js';
import type { OktaFactor } from './config-oidc.js';
import type { OktaProvisionDeps } from './provision-channel.js';
import { findIdp } from './provision-idps.js';
import { listAll } from './provision-list.js';

const authenticatorGuard = z.object({
  key: z.literal('external_idp'),
  provider: z.object({ configuration: z.object({ idpId: z.string() }) }),
});

/**
 * Returns true if users can enrol the IdP authenticator. Okta offers it only for identity providers with the usage
 * "Factor only".
 */
export async function hasAuthenticator(client: OktaFactor, deps: OktaProvisionDeps): Promise<boolean> {
  const idp = await findIdp(client, deps);
  const authenticators = await listAll(authenticatorGuard, '/api/v1/authenticators', deps.send);
  return idp !== null && authenticators.some(({ provider }) => provider.configuration.idpId === idp.id);
}

/**
 * Creates the manual step for "IdP Usage", which Okta's API does not return. The step counts as done if the
 * authenticator exists, because Okta allows it only with this usage.
 */
export const createUsageStep = (client: OktaFactor, deps: OktaProvisionDeps): ProvisionStep => ({
  title: 'IdP Usage: Factor only',
  inspect: async () =>
    (await hasAuthenticator(client, deps)) ? { state: 'ready' } : { state: 'manual', instructions },
  apply: async () => {},
});

const instructions = [
  'Security > Identity Providers > the identity provider of the step before > Actions > Configure Identity Provider.',
  'Set IdP Usage to Factor only, and save. Then run provision again.',
];

/**
 * Creates the step for the IdP authenticator. It uses the raw API, because Okta's OpenAPI description and SDK lack
 * `provider`.
 */
export function createAuthenticatorStep(client: OktaFactor, deps: OktaProvisionDeps): ProvisionStep {
  const name = deps.settings.policy.organisation ?? 'Face check';
  const inspect = async (): Promise<StepStatus> => {
    if (await hasAuthenticator(client, deps)) return { state: 'ready' };
    return missing(`Create the IdP authenticator "${name}". Okta refuses before IdP Usage is set`);
  };
  return {
    title: 'IdP authenticator',
    inspect,
    async apply() {
      const idp = await findIdp(client, deps);
      await deps.send('POST', '/api/v1/authenticators', {
        key: 'external_idp',
        name,
        provider: { type: 'CLAIMS', configuration: { idpId: idp?.id ?? '' } },
      });
    },
  };
}
