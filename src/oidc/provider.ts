import type { OidcClient } from '../connections/openid-client.js';
import { publishUnder } from '../storage/keys/oidc-keys.js';
import { algorithmsOf, createConfiguration, originsOf, type ProviderParts } from './configuration.js';
import type { OidcFeature } from './feature.js';
import { Provider } from './library.js';
import { replayBody, routeBelowIssuer } from './middlewares.js';
import { allowCredentialsOf, publishKeys, removeSessionCookie, setFormPolicy } from './replies.js';
import type { Middleware } from './request.js';

/** Creates the library's provider for one issuer and set of keys. It has no state. */
export function createProvider(
  issuer: string,
  {
    features,
    middlewares,
    ...given
  }: ProviderParts & {
    readonly features: readonly OidcFeature[];
    /** Steps before the library reads a request, in order. */
    readonly middlewares: readonly Middleware[];
  },
): Provider {
  const { clients, keySet } = given;
  const configuration = features.reduce(
    (all, { configure }) => configure?.(all, keySet) ?? all,
    createConfiguration(issuer, given),
  );
  const ExtendedProvider = features.reduce((Base, { extend }) => extend?.(Base) ?? Base, Provider);
  const provider = new ExtendedProvider(issuer, configuration);
  pinAddresses(provider);
  const publicKeys = algorithmsOf(clients).flatMap((algorithm) =>
    keySet.published.map((key) => publishUnder(key, algorithm)),
  );
  const steps = [
    setFormPolicy,
    removeSessionCookie(provider.cookieName('session')),
    routeBelowIssuer,
    allowCredentialsOf(publicOriginsOf(clients)),
    publishKeys(publicKeys),
    ...middlewares,
    ...features.flatMap((each) => each.middlewares ?? []),
    replayBody,
  ];
  for (const step of steps) provider.use(step);
  return provider;
}

/** Returns the origins of pages that are public clients. */
const publicOriginsOf = (clients: readonly OidcClient[]): ReadonlySet<string> =>
  new Set(
    clients.flatMap(({ metadata }) => (metadata.token_endpoint_auth_method === 'none' ? originsOf(metadata) : [])),
  );

/** Makes the library derive URLs and cookie attributes from the issuer, and not from headers or the request line. */
function pinAddresses(provider: Provider): void {
  const { protocol, host } = new URL(provider.issuer);
  Object.defineProperties(provider.request, { protocol: { value: protocol.slice(0, -1) }, host: { value: host } });
  const Context = provider.OIDCContext;
  class PinnedContext extends Context {
    override urlFor(name: string, options?: Record<string, unknown>): string {
      return provider.urlFor(name, options);
    }
  }
  Object.defineProperty(provider, 'OIDCContext', { value: PinnedContext });
}
