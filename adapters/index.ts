import type { ConnectionGuards } from '../src/config/connection.js';
import type { Adapter } from './adapter.js';
import { type CognitoConnection, cognitoConnectionGuard } from './cognito/config.js';
import type { AdapterDeps } from './deps.js';
import { type EntraConnection, entraConnectionGuard } from './entra/config.js';
import { type OktaConnection, oktaConnectionGuard } from './okta/config.js';
import { type OneLoginConnection, oneloginConnectionGuard } from './onelogin/config.js';
import { type ScimConnection, scimConnectionGuard } from './scim/config.js';

/** The names of all adapters: their folders here, and `kind` in the configuration. */
export const adapterNames = ['cognito', 'entra', 'okta', 'onelogin', 'scim'] as const;

/** The name of an adapter. */
export type AdapterName = (typeof adapterNames)[number];

/** What each adapter takes as one entry of `connections` in the configuration. */
export const connectionGuards = [
  cognitoConnectionGuard,
  entraConnectionGuard,
  oktaConnectionGuard,
  oneloginConnectionGuard,
  scimConnectionGuard,
] as const satisfies ConnectionGuards;

/** One configured connection, of any adapter. */
export type ConnectionSettings =
  | CognitoConnection
  | EntraConnection
  | OktaConnection
  | OneLoginConnection
  | ScimConnection;

/** Makes the adapter a connection asks for. Only that one is loaded: a provider's SDK costs seconds and memory. */
export async function createAdapter(
  settings: ConnectionSettings,
  deps: Omit<AdapterDeps<ConnectionSettings>, 'settings'>,
): Promise<Adapter> {
  switch (settings.kind) {
    case 'cognito':
      return (await import('./cognito/index.js')).createCognitoAdapter({ ...deps, settings });
    case 'entra':
      return (await import('./entra/index.js')).createEntraAdapter({ ...deps, settings });
    case 'okta':
      return (await import('./okta/index.js')).createOktaAdapter({ ...deps, settings });
    case 'onelogin':
      return (await import('./onelogin/index.js')).createOneLoginAdapter({ ...deps, settings });
    case 'scim':
      return (await import('./scim/index.js')).createScimAdapter({ ...deps, settings });
  }
}
