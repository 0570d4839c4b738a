import type { z } from 'zod';
import { guardsOf, type Providers, toProvider } from '../src/connections/adapter.js';
import { cognitoConnectionGuard } from './cognito/config.js';
import { entraConnectionGuard } from './entra/config.js';
import { oktaConnectionGuard } from './okta/config.js';
import { oneloginConnectionGuard } from './onelogin/config.js';
import { scimConnectionGuard } from './scim/config.js';

export const providers = [
  toProvider({
    guard: cognitoConnectionGuard,
    load: async () => (await import('./cognito/index.js')).createCognitoAdapter,
  }),
  toProvider({
    guard: entraConnectionGuard,
    load: async () => (await import('./entra/index.js')).createEntraAdapter,
  }),
  toProvider({
    guard: oktaConnectionGuard,
    load: async () => (await import('./okta/index.js')).createOktaAdapter,
  }),
  toProvider({
    guard: oneloginConnectionGuard,
    load: async () => (await import('./onelogin/index.js')).createOneLoginAdapter,
  }),
  toProvider({
    guard: scimConnectionGuard,
    load: async () => (await import('./scim/index.js')).createScimAdapter,
  }),
] as const satisfies Providers;

export type AdapterName = z.output<(typeof providers)[number]['guard']>['kind'];

export const connectionGuards = guardsOf(providers);
