import type { Express } from 'express';
import { type OidcConfig, relyingPartiesOf, withoutClients } from '../config/oidc.js';
import type { CoreDeps } from '../core/deps.js';
import type { CallerPools } from '../http/request-budget.js';
import type { OidcKeys } from '../storage/keys/oidc-keys.js';
import type { ConnectionWithClients, OidcExtension } from './feature.js';

export type MountOidc = (app: Express) => void;

/**
 * Opens the OpenID providers of all connections that have clients. The library and the keys are loaded only if a
 * connection has clients.
 * @throws `config_invalid`
 */
export async function openOidc(
  connections: readonly Given[],
  deps: CoreDeps & { openOidcKeys(): Promise<OidcKeys> },
  { pools, loadExtensions }: { readonly pools: CallerPools; loadExtensions(): Promise<readonly OidcExtension[]> },
): Promise<MountOidc> {
  const withClients = withSources(connections);
  if (withClients.length === 0) return () => {};
  const [{ createIssuers }, { mountOidc }] = await Promise.all([import('./issuers.js'), import('./mount.js')]);
  const extensions = await loadExtensions();
  const issuers = await createIssuers(withClients, extensions, { ...deps, oidcKeys: await deps.openOidcKeys() });
  return (app) => mountOidc(app, issuers, { extensions, pools }, deps);
}

type Given = Omit<ConnectionWithClients, 'oidc'> & { readonly oidc: OidcConfig | null };

function withSources(connections: readonly Given[]): readonly ConnectionWithClients[] {
  const asked = new Set(
    connections.flatMap(({ oidc }) =>
      oidc === null
        ? []
        : relyingPartiesOf(oidc).flatMap(({ claims }) => Object.values(claims).map(({ from }) => from)),
    ),
  );
  return connections.flatMap((each) => {
    if (each.oidc !== null) return [{ ...each, oidc: each.oidc }];
    return asked.has(each.connection.id) ? [{ ...each, oidc: withoutClients }] : [];
  });
}
