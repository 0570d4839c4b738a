import { discoveryCheck } from '../../src/connections/openid-provider.js';
import { type Check, manual, warn } from '../../src/connections/provisioning.js';
import type { Parts } from './provision-account.js';

/** Creates manual checks, because only OneLogin's console shows trusts. */
export function createTrustChecks({ deps }: Parts): readonly Check[] {
  const { settings } = deps;
  const client = settings.oidc?.clients.find((each) => each.kind === 'onelogin_factor');
  if (client === undefined) return [];
  const { host } = new URL(settings.onelogin.accountUrl);
  const elsewhere = client.redirectUris.filter((uri) => new URL(uri).host !== host);
  return [
    discoveryCheck(deps),
    {
      title: 'Redirect URIs of the trusted IdP',
      run: async () =>
        elsewhere.length === 0
          ? manual(
              `Answers go to ${client.redirectUris.join(', ')}.`,
              'Compare with the redirect URI on the page of the trusted IdP: every character counts.',
            )
          : warn(
              `${elsewhere.join(', ')} is not at ${host}.`,
              'Check that it is a domain of your account, because its owner receives the replies.',
            ),
    },
  ];
}
