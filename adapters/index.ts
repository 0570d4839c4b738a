import type { z } from 'zod';
import { type Providers, toProvider } from '../src/connections/adapter.js';
import { createCognitoConnectionGuard } from './cognito/config.js';
import { createEntraConnectionGuard } from './entra/config.js';
import { createOktaConnectionGuard } from './okta/config.js';
import { createOneloginConnectionGuard } from './onelogin/config.js';
import { createScimConnectionGuard } from './scim/config.js';

export const providers = [
  toProvider(createCognitoConnectionGuard, async () => (await import('./cognito/index.js')).createCognitoAdapter),
  toProvider(createEntraConnectionGuard, async () => (await import('./entra/index.js')).createEntraAdapter),
  toProvider(createOktaConnectionGuard, async () => (await import('./okta/index.js')).createOktaAdapter),
  toProvider(createOneloginConnectionGuard, async () => (await import('./onelogin/index.js')).createOneLoginAdapter),
  toProvider(createScimConnectionGuard, async () => (await import('./scim/index.js')).createScimAdapter),
] as const satisfies Providers;

export type AdapterName = z.output<ReturnType<(typeof providers)[number]['createGuard']>>['kind'];
