import type { AdapterDeps } from '../../src/connections/adapter.js';
import { discoveryCheck, endpointsOf } from '../../src/connections/openid-provider.js';
import {
  type Check,
  createObjectStep,
  manual,
  manualStep,
  type ProvisionStep,
  pass,
  publishedKeysTitle,
} from '../../src/connections/provisioning.js';
import type { CognitoClient, CognitoConnection } from './config.js';
import { type Administration, inConsoleOf, type OpenIdProvider } from './provision-pool.js';

type Deps = AdapterDeps<CognitoConnection>;

/** Never change this name: Cognito names federated users `facestep_<sub>`. */
const providerName = 'facestep';

function toProvider({ id, secret }: CognitoClient, { publicUrl, settings }: Deps): OpenIdProvider {
  return {
    ProviderName: providerName,
    ProviderDetails: {
      client_id: id,
      client_secret: secret.use((text) => text),
      authorize_scopes: 'openid profile email',
      attributes_request_method: 'GET',
      oidc_issuer: endpointsOf(publicUrl, settings.id).issuer,
    },
    AttributeMapping: { username: 'sub', email: 'email', preferred_username: 'preferred_username' },
  };
}

/**
 * Creates the step that registers this service. Cognito fetches the OpenID metadata at once, so the server must be
 * reachable.
 */
export function identityProviderStep(client: CognitoClient, pool: Administration, deps: Deps): ProvisionStep {
  const provider = toProvider(client, deps);
  const { client_id, oidc_issuer, authorize_scopes, attributes_request_method } = provider.ProviderDetails;
  const title = `The OpenID provider ${providerName}`;
  const step = createObjectStep(title, {
    byHand: [
      inConsoleOf(
        deps.settings.cognito,
        'Social and external providers > Add an identity provider > OpenID Connect (OIDC)',
      ),
      `Provider name: ${provider.ProviderName}`,
      `Client ID: ${client_id}`,
      `Client secret: the value of the setting secret of the client ${client_id} in oidc.clients`,
      `Authorized scopes: ${authorize_scopes}`,
      `Attribute request method: ${attributes_request_method}`,
      'Setup method: Auto fill through issuer URL',
      `Issuer URL: ${oidc_issuer}`,
      ...Object.entries(provider.AttributeMapping).map(
        ([attribute, claim]) => `User pool attribute ${attribute}: OpenID Connect attribute ${claim}`,
      ),
      'Cognito reads the issuer when you save. This server must be reachable from the internet.',
    ],
    find: () => pool.describeIdentityProvider(providerName),
    creation: [`create it, with the issuer ${oidc_issuer}`],
    create: () => pool.createIdentityProvider(provider),
    changesTo({ ProviderDetails: details = {} }) {
      const isSame = details.client_id === client_id && details.oidc_issuer === oidc_issuer;
      return isSame ? [] : [`set its client id and issuer ${oidc_issuer}`];
    },
    change: () => pool.updateIdentityProvider(provider),
  });
  return { ...step, check: { title: `${title} of the pool`, needs: [publishedKeysTitle] } };
}

/** A manual step, because each application decides whether to offer the face check. */
export const appClientStep = ({ redirectUris }: CognitoClient): ProvisionStep =>
  manualStep(
    'App clients that offer the face check',
    `App clients > an app client > Login pages > Edit: add ${providerName} to the identity providers.`,
    `The pool's domains must be those of the client here, which answers go to: ${redirectUris.join(', ')}.`,
    'Cognito creates a separate user for each federated sign-in. Before the first sign-in, link it to the enrolled user with this command:',
    `aws cognito-idp admin-link-provider-for-user --user-pool-id … --destination-user ProviderName=Cognito,ProviderAttributeValue=<user name> --source-user ProviderName=${providerName},ProviderAttributeName=Cognito_Subject,ProviderAttributeValue=<sub>`,
    'The face is then the only factor. Set policy.userSecret to "pin" or "passkey", or use it only together with a password.',
  );

export const createFederationChecks = (client: CognitoClient, pool: Administration, deps: Deps): readonly Check[] => [
  discoveryCheck(deps),
  {
    title: 'Domains of the pool',
    async run() {
      const { Domain, CustomDomain } = await pool.describePool();
      const prefixes = [CustomDomain, Domain && `${Domain}.auth.`].filter((name) => name !== undefined);
      const isAnswered = (prefix: string) => client.redirectUris.some((uri) => uri.startsWith(`https://${prefix}`));
      const missing = prefixes.filter((prefix) => !isAnswered(prefix));
      return missing.length === 0
        ? pass(`Responses go to ${client.redirectUris.join(', ')}.`)
        : manual(
            `No redirect URI is at ${missing.join(' or ')}.`,
            'Add the domain to domains of the client here, if people sign in there.',
          );
    },
  },
];
