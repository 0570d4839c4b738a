import type { z } from 'zod';
import { guardsOf, type Providers, toProvider } from '../src/connections/adapter.js';
import { cognitoConnectionGuard } from './cognito/config.js';
import { entraConnectionGuard } from './entra/config.js';
import { oktaConnectionGuard } from './okta/config.js';
import { oneloginConnectionGuard } from './onelogin/config.js';
import { scimConnectionGuard } from './scim/config.js';

export const providers = [
  toProvider(cognitoConnectionGuard, async () => (await import('./cognito/index.js')).createCognitoAdapter),
  toProvider(entraConnectionGuard, async () => (await import('./entra/index.js')).createEntraAdapter),
  toProvider(oktaConnectionGuard, async () => (await import('./okta/index.js')).createOktaAdapter),
  toProvider(oneloginConnectionGuard, async () => (await import('./onelogin/index.js')).createOneLoginAdapter),
  toProvider(scimConnectionGuard, async () => (await import('./scim/index.js')).createScimAdapter),
] as const satisfies Providers;

export type AdapterName = z.output<(typeof providers)[number]['guard']>['kind'];

export const connectionGuards = guardsOf(providers);
