import type { ConnectionGuards } from '../src/config/connection.js';
import type { SmartHookRequest } from '../src/setup.js';
import type { Adapter } from './adapter.js';
import { type CognitoConnection, cognitoConnectionGuard } from './cognito/schema.js';
import type { AdapterDeps } from './deps.js';
import { type EntraConnection, entraConnectionGuard } from './entra/schema-connection.js';
import { type OktaConnection, oktaConnectionGuard } from './okta/schema-connection.js';
import { type OneLoginConnection, oneloginConnectionGuard } from './onelogin/schema.js';
import type { Provisioning } from './provisioning.js';
import { type ScimConnection, scimConnectionGuard } from './scim/schema.js';

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
      return (await import('./cognito/index.js')).createCognitoAdapter({ settings, ...deps });
    case 'entra':
      return (await import('./entra/index.js')).createEntraAdapter({ settings, ...deps });
    case 'okta':
      return (await import('./okta/index.js')).createOktaAdapter({ settings, ...deps });
    case 'onelogin':
      return (await import('./onelogin/index.js')).createOneLoginAdapter({ settings, ...deps });
    case 'scim':
      return (await import('./scim/index.js')).createScimAdapter({ settings, ...deps });
  }
}

/** Makes what sets a connection up at its provider, and tells how it stands. Only that provider's is loaded. */
export async function createProvisioning(
  settings: ConnectionSettings,
  deps: Omit<AdapterDeps<ConnectionSettings>, 'settings'>,
): Promise<Provisioning> {
  switch (settings.kind) {
    case 'cognito':
      return (await import('./cognito/provision.js')).createCognitoProvisioning({ settings, ...deps });
    case 'entra':
      return (await import('./entra/provision.js')).createEntraProvisioning({ settings, ...deps });
    case 'okta':
      return (await import('./okta/provision.js')).createOktaProvisioning({ settings, ...deps });
    case 'onelogin':
      return (await import('./onelogin/provision.js')).createOneLoginProvisioning({ settings, ...deps });
    case 'scim':
      return (await import('./scim/provision.js')).createScimProvisioning({ settings, ...deps });
  }
}

/** The JavaScript that an administrator gives to OneLogin. */
export async function renderSmartHook(settings: OneLoginConnection, request: SmartHookRequest): Promise<string> {
  return (await import('./onelogin/smart-hook.js')).renderSmartHook({ settings, ...request });
}
